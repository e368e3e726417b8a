import TestSequencer from '@jest/test-sequencer';

// On a fresh checkout Jest has no durations and starts with the largest files. Tests of whole processes, of the browser
// and of report runs take minutes although their files are short: if one starts last, the other cores are idle.
const ROOMS = ['dashboard', 'e2e', 'integration/runs', 'integration/facts'];
const LONG = ROOMS.map((room) => `/test/${room}/`);

export default class LongFirst extends TestSequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((room) => path.replaceAll('\\', '/').includes(room));
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
