// Preloaded into a process under test: sets its clock ahead of the machine's by CLOCK_AHEAD_MS, or behind if negative.
const ahead = Number(process.env.CLOCK_AHEAD_MS);
const Exact = Date;

globalThis.Date = class Date extends Exact {
  constructor(...given) {
    if (given.length === 0) super(Exact.now() + ahead);
    else super(...given);
  }

  static now() {
    return Exact.now() + ahead;
  }
};
