import { describe, expect, test } from '@jest/globals';
import { CsvFormat } from '#libs/ingest';
import { Calendar, idSchema, parseDay, parseInstant, parseJson, readTime } from '#libs/contracts';
import { holdsAddress } from '#libs/facts';
import { withoutInvitees } from '../../libs/ingest/dead-letters/addresses.js';
import { checkAll } from '../../libs/ingest/pipeline/check.js';
import { mentionHash, mentionsOf } from '../../libs/ingest/dead-letters/mentions.js';
import { readEvents } from '../../libs/ingest/http/read-events.js';
import { readRetryAfter } from '../../libs/ingest/import/propelauth/patience.js';
import { translate } from '../../libs/ingest/pipeline/translate.js';
import { callsOf, messageOf } from '../../libs/ingest/sources/tracking/messages.js';
import { source as clerk } from '../../libs/ingest/sources/clerk/source.js';
import { source as propelauth } from '../../libs/ingest/sources/propelauth/source.js';
import { source as standard } from '../../libs/ingest/sources/standard/source.js';
import { source as tracking } from '../../libs/ingest/sources/tracking/source.js';
import { source as workos } from '../../libs/ingest/sources/workos/source.js';
import { TypeNames } from '../../libs/ingest/statistics/type-names.js';
import { nameCells } from '../../libs/reports/api/csv/profile-cells.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const KIBIBYTE = 1024;
/** Quadratic work on the larger size takes longer than this. */
const CPU_LIMIT_MS = 3_000;
const SIZES = [64 * KIBIBYTE, 256 * KIBIBYTE];
/** The same for scanners that get the text in ten fields or more. */
const SIZES_OF_FIELDS = [16 * KIBIBYTE, 64 * KIBIBYTE];
/** Even cubic work that takes less on the smaller size keeps the limit on the larger one, four times as long. */
const CERTAIN_MS = CPU_LIMIT_MS / 4 ** 3;

const filled = (unit: string, size: number) =>
  unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

/** Texts that make a scanner look far ahead and fail, or begin again at every character. */
const WORST: Record<string, (size: number) => string> = {
  'escaped quotes that never end': (size) => `{"x":"${filled('\\"', size)}`,
  quotes: (size) => filled('"', size),
  backslashes: (size) => `"${filled('\\', size)}`,
  'half an escape': (size) => filled('"\\u00', size),
  'open brackets': (size) => filled('[', size),
  'open objects': (size) => filled('{"a":', size),
  'names of members': (size) => filled('"a" : ', size),
  blanks: (size) => `"a"${filled(' ', size)}x`,
  'blanks and signs': (size) => filled(' ;', size),
  digits: (size) => `${filled('1', size)}x`,
  'a time with a long fraction': (size) => `2026-01-31T12:00:00.${filled('0', size)}`,
  times: (size) => filled('T12:00+00', size),
  'at signs': (size) => filled('@', size),
  'addresses without an end': (size) => filled('a-b@c-d', size),
  'an invitation full of at signs': (size) => `"invit${filled('a@', size)}`,
  'percent signs': (size) => filled('%40%', size),
  slashes: (size) => filled('a/b=', size),
  'commas and equal signs': (size) => filled('v1=,t=', size),
  underscores: (size) => `${filled('_', size)}a`,
  'line ends': (size) => filled('"\n', size),
  'JSON in a string, cut off': (size) =>
    JSON.stringify(JSON.stringify({ data: filled('{"user_id":"u"}', size) })).slice(0, size),
  letters: (size) => filled('aB', size),
};

/** For scanners that call several others, with the text in many fields. */
const FEW = [
  'escaped quotes that never end',
  'addresses without an end',
  'digits',
  'JSON in a string, cut off',
];
const CALLERS = [
  // Calls `Math.imul` for each character, which takes a thousand times as long in Jest.
  'a hash of a mention',
  'an event',
  'a line that is no JSON',
  'a call',
  'an identify call',
  'a message',
  'a message that is not JSON',
];

const context = { now: NOW, receivedAt: NOW, defaultSource: 'key' };
const raw = (text: string) => Buffer.from(text);
const secret = `whsec_${Buffer.from('a secret of some length').toString('base64')}`;

const event = (text: string) => ({
  ...{ id: text, type: text, source: text, time: text },
  data: { user_id: text, email: text, created_at: text, signup_query_parameters: { [text]: text } },
});
const call = (text: string) => ({
  ...{ type: 'track', event: text, userId: text, messageId: text, timestamp: text, sentAt: text },
  ...{ context: { groupId: text }, properties: { invitee_email: text } },
  ...{ traits: { name: text, email: text, createdAt: text } },
});

/** Every function in libs/ that scans the characters of input. */
const SCANNERS: Record<string, (text: string) => unknown> = {
  'what a letter mentions': mentionsOf,
  'a hash of a mention': mentionHash,
  'addresses of an invitation': withoutInvitees,
  'an address in an id': holdsAddress,
  'an id': (text) => idSchema.safeParse(text),
  'an instant': (text) => [parseInstant(text), parseInstant(`${text}Z`)],
  'a day': (text) => [parseDay(text), parseDay(`2026-01-31T${text}`)],
  'a time of a sender': (text) => [readTime(text), readTime(` 2026-01-31 ${text} UTC `)],
  'JSON with long numbers': (text) =>
    unlessRefused(() => parseJson(`{"id": 12345678901234567890, "x": ${text}`)),
  'a line that is no JSON': (text) => checkAll([{ unreadable: text }], context),
  'an event': (text) => checkAll([{ value: event(text) }, { value: text }], context),
  'lines of events': (text) =>
    unlessRefused(() => readEvents(raw(text), { 'content-type': 'application/x-ndjson' })),
  'a content type': (text) =>
    unlessRefused(() => readEvents(raw('{}'), { 'content-type': text, 'content-encoding': text })),
  'a CSV file': (text) => {
    const format = new CsvFormat(context, new Calendar(), 'users');
    format.read([{ number: 1, text: 'user_id,email,created_at' }]);
    return [
      format.read([
        { number: 2, text },
        { number: 3, text: `"${text}` },
      ]),
      format.end(),
    ];
  },
  'a header of a CSV file': (text) => {
    try {
      return new CsvFormat(context, new Calendar(), 'users').read([{ number: 1, text }]);
    } catch {
      return undefined;
    }
  },
  'a call': (text) => {
    const [one] = callsOf({ batch: [call(text)], context: { groupId: text } })!;
    return translate(
      tracking,
      { ...messageOf(one, text, NOW), receivedAt: NOW },
      { now: NOW, canFetch: false },
    );
  },
  'an identify call': (text) =>
    translate(
      tracking,
      { ...messageOf({ ...call(text), type: 'identify' }, text, NOW), receivedAt: NOW },
      { now: NOW, canFetch: false },
    ),
  'a message': (text) =>
    [clerk, propelauth, standard, workos].map((source) =>
      translate(
        source,
        {
          id: text.slice(0, 200),
          at: NOW,
          receivedAt: NOW,
          content: { value: { type: text, event: text, data: event(text) } },
        },
        { now: NOW, canFetch: true },
      ),
    ),
  'a message that is not JSON': (text) =>
    translate(
      standard,
      { id: 'm', at: NOW, receivedAt: NOW, content: { unreadable: text }, raw: raw(text) },
      { now: NOW, canFetch: false },
    ),
  signatures: (text) => [
    standard.verify(
      { 'webhook-id': text, 'webhook-timestamp': text, 'webhook-signature': text },
      raw('{}'),
      [secret],
      NOW,
    ),
    workos.verify({ 'workos-signature': text }, raw('{}'), ['secret'], NOW),
    workos.verify({ 'workos-signature': `t=${NOW}, ${text}` }, raw('{}'), ['secret'], NOW),
  ],
  'Retry-After': (text) => readRetryAfter(text, NOW),
  'a name of a type': (text) =>
    new TypeNames().of({ kind: 'webhook', name: 'clerk' }, text, NOW / 3_600_000),
  'a cell of a report': (text) => nameCells({ orgId: text, name: text }),
};

function unlessRefused(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1000;
}

// CPU, not time: another process that is busy must not fail this. Small sizes come first, so that quadratic
// work is noticed before it takes minutes.
describe.each(Object.keys(SCANNERS))('%s', (scanner) => {
  test('takes linear time for 256 KiB of the worst input', async () => {
    const isCaller = CALLERS.includes(scanner);
    const tooLong: string[] = [];
    for (const name of isCaller ? FEW : Object.keys(WORST)) {
      for (const size of isCaller ? SIZES_OF_FIELDS : SIZES) {
        const text = WORST[name]!(size);
        const ms = await cpuMs(() => SCANNERS[scanner]!(text));
        if (ms <= CERTAIN_MS) break;
        if (ms <= CPU_LIMIT_MS) continue;
        tooLong.push(`${name}: ${Math.round(ms)} ms for ${size} characters`);
        break;
      }
    }
    expect(tooLong).toEqual([]);
  });
});
