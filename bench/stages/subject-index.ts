import type { OrgIndex, Subject, UserIndex } from '#libs/contracts';
import { PAGE_SIZE, PLAIN_INDEXES } from '../anchors/index-rows.js';
import { startChild } from '../child.js';
import { cloneStore } from '../clone.js';
import { closing } from '../closing.js';
import { randomFrom } from '../event-bodies.js';
import { onlyAccepted, portOf, rateOf, startGenerator, type Generator } from '../generator.js';
import { makePlainIndex } from '../plain-index.js';
import { startService, type Service } from '../processes.js';
import { askJson, rawGet } from '../requests.js';
import { runOnce } from '../runs.js';
import { Samples } from '../samples.js';
import type { Bench, Figure, Stage } from '../stage.js';

const FASTIFY_INDEX = new URL('../anchors/fastify-index.js', import.meta.url);
const PLAIN = ': a plain indexed query over bare Fastify';
const LOAD = { seconds: 4, again: true, connections: 4 };
const REQUESTS = 400;
/** Pages that are read. A plain query reads all rows before a page, so deep pages would measure those. */
const PAGES = 20;

/** The values of the index, and their columns in the CSV. */
const COLUMNS: Readonly<Record<string, string>> = {
  'user created_at': 'user_created_at_utc',
  'user last_active_at': 'last_active_at_utc',
  'org created_at': 'org_created_at_utc',
};

interface Asked {
  subject: Subject;
  value: string;
  page: number;
  search?: string;
}

/** The requests of one row of the table, of the api and of the anchor. */
interface Compared {
  what: string;
  asked: Asked[];
}

/** Pages of the index of users and orgs and of its search, beside a plain query for the same rows. */
export const subjectIndex: Stage = {
  name: 'index',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'index'));
      bench.progress('a run, and the tables of the plain query');
      await closing(async (openFirst) =>
        runOnce(await openFirst(startService('all', clone.databaseUrl)), clone),
      );
      const api = await open(startService('api', clone.databaseUrl));
      for (const subject of ['user', 'org'] as const) await makePlainIndex(api, clone, subject);
      const generator = await open(startGenerator());
      const plain = await open(startChild<string, number>(FASTIFY_INDEX));
      const port = await plain.ask(clone.databaseUrl);
      const compared = requestsOf(bench);
      for (const { asked } of compared) await check(api, port, asked);
      return measure(bench, generator, { api: portOf(api), plain: port }, compared);
    }),
};

async function measure(
  bench: Bench,
  generator: Generator,
  ports: { api: number; plain: number },
  compared: readonly Compared[],
): Promise<Figure[]> {
  const samples = new Samples();
  const rate = async (port: number, requests: Buffer[]) =>
    rateOf(onlyAccepted(await generator.ask({ ...LOAD, port, requests })));
  for (let round = 0; round <= bench.repeats; round++) {
    bench.progress(`round ${round} of ${bench.repeats}`);
    for (const { what, asked } of compared) {
      samples.add(
        what,
        await rate(
          ports.api,
          asked.map((one) => rawGet(pathOf(one))),
        ),
      );
      const plain = asked.map((one) => rawGet(plainPathOf(one)));
      samples.add(what + PLAIN, await rate(ports.plain, plain));
    }
  }
  samples.dropWarmUp();
  return compared.flatMap(({ what }) => [
    samples.figure(what, 'requests/s', 'higher', {
      against: what + PLAIN,
      ...{ must: 1 / 2, aim: 1 / 1.3 },
    }),
    samples.figure(what + PLAIN, 'requests/s', 'higher'),
  ]);
}

function requestsOf({ users }: Bench): Compared[] {
  const random = randomFrom(2);
  const some = (make: (index: number) => Asked) =>
    Array.from({ length: REQUESTS }, (_, index) => make(index));
  const values = { user: namesOf('user'), org: namesOf('org') };
  const pagesOf = (subject: Subject) =>
    some((index) => ({
      ...{ subject, value: values[subject][index % values[subject].length]! },
      page: Math.floor(random() * PAGES),
    }));
  const searchesOf = (subject: Subject, textOf: (index: number) => string) =>
    some((index) => ({ ...pagesOf(subject)[index]!, page: 0, search: textOf(index) }));
  // Each text is that of one user or org and of up to eleven whose number begins with its number.
  const numberOf = (index: number, most: number) => most / 10 - 1 - index;
  return [
    { what: 'index of users, sorted by any value', asked: pagesOf('user') },
    { what: 'index of orgs, sorted by any value', asked: pagesOf('org') },
    {
      what: 'search of users',
      asked: searchesOf('user', (index) => `number ${numberOf(index, users)}`),
    },
    {
      what: 'search of orgs',
      asked: searchesOf('org', (index) => `org ${numberOf(index, users / 10)}`),
    },
  ];
}

/** The values that the index can be sorted by, from the columns of its CSV. */
function namesOf(subject: Subject): string[] {
  return Object.keys(PLAIN_INDEXES[subject].values).map((column) => {
    const renamed = Object.entries(COLUMNS).find(
      ([name, of]) => of === column && name.startsWith(`${subject} `),
    );
    return renamed ? renamed[0].slice(subject.length + 1) : column;
  });
}

function pathOf({ subject, value, page, search }: Asked): string {
  const query = `sort=${value}&order=desc&page_size=${PAGE_SIZE}&page_number=${page}`;
  const searched = search === undefined ? '' : `&search=${encodeURIComponent(search)}`;
  return `/api/insights/v1/${subject}s?${query}${searched}`;
}

function plainPathOf({ subject, value, page, search }: Asked): string {
  const column = COLUMNS[`${subject} ${value}`] ?? value;
  const searched = search === undefined ? '' : `&search=${encodeURIComponent(search)}`;
  return `/rows?subject=${subject}&value=${column}&offset=${page * PAGE_SIZE}${searched}`;
}

/** @throws Error when a page of the api has other rows than the plain query */
async function check(api: Service, port: number, asked: readonly Asked[]): Promise<void> {
  for (const one of asked.slice(0, PAGES)) {
    const { rows } = await askJson<UserIndex | OrgIndex>(api, pathOf(one));
    const origin = `http://127.0.0.1:${port}`;
    const plain = await askJson<Record<string, unknown>[]>({ origin }, plainPathOf(one));
    const ids = rows.map((row) => ('user_id' in row ? row.user_id : row.org_id));
    const plainIds = plain.map((row) => row[`${one.subject}_id`]);
    if (ids.join() !== plainIds.join() || ids.length === 0)
      throw new Error(`${pathOf(one)} has the rows ${ids.join()}, not ${plainIds.join()}.`);
  }
}
