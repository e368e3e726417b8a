import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '#libs/database';

const USAGE = `npm run bench -- [options]

  --users 100k,1m,10m   sizes of the reference data (default 1m)
  --only NAME,…         only these stages; results.json keeps those of the others
  --repeats N           how often each figure is measured (default 5)
  --fresh               rebuild the reference data
  --out FOLDER          where the results are read and written (default bench)`;

export interface Options {
  users: number[];
  only: string[];
  repeats: number;
  fresh: boolean;
  out: string;
}

/** @throws Error that lists the valid options */
export function readOptions(args: string[], stages: readonly string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '1m' },
      only: { type: 'string' },
      repeats: { type: 'string', default: '5' },
      fresh: { type: 'boolean', default: false },
      out: { type: 'string', default: join(packageRoot, 'bench') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) throw new Error(USAGE);
  const only = values.only?.split(',') ?? [...stages];
  const unknown = only.find((name) => !stages.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no stage ${unknown}; there are ${stages.join(', ')}.`);
  }
  return {
    users: values.users.split(',').map(readUsers),
    only,
    repeats: wholeNumber(values.repeats, '--repeats'),
    fresh: values.fresh,
    out: values.out,
  };
}

const SCALES: Record<string, number> = { '': 1, k: 1_000, m: 1_000_000 };

function readUsers(text: string): number {
  const [, digits, scale] = /^(\d{1,9})([km]?)$/i.exec(text) ?? [];
  const users = Number(digits) * SCALES[scale?.toLowerCase() ?? '']!;
  // With fewer than a thousand users, some rankings are empty.
  if (users >= 1_000 && users <= 100_000_000) return users;
  throw new Error(`--users ${text}: name sizes from 1k to 100m, such as 100k,1m,10m.`);
}

function wholeNumber(text: string, option: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new Error(`${option} ${text}: name a whole number from 1 to 999.`);
}

/** 1,000,000 as `1m`, the form of `--users`. */
export function sizeName(users: number): string {
  if (users % 1_000_000 === 0) return `${users / 1_000_000}m`;
  return users % 1_000 === 0 ? `${users / 1_000}k` : String(users);
}
