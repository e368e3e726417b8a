import { afterEach, expect, test } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import type { Contact } from '../../libs/subscriptions/targets/contacts.service.js';
import { digestOf } from '../../libs/subscriptions/targets/digest/digest.js';
import { EmailSender } from '../../libs/subscriptions/targets/email.sender.js';
import type { Outgoing } from '../../libs/subscriptions/targets/target.js';
import { waitFor } from '../support/api.js';
import { startMailbox, type Letter, type Mailbox } from '../support/mailbox.js';
import { orgRow, outgoingOf } from '../support/outgoing.js';

const BASE = 'https://x.example/insights/';
const ANN: Contact = { role: 'owner', name: 'Ann Lee', email: 'ann@acme.example' };
const [ONE, TWO, THREE] = ['one@x.example', 'two@x.example', 'three@x.example'] as const;

let mailbox: Mailbox;
afterEach(() => mailbox.close());

function senderOf(SMTP_URL: string | undefined, MAIL_FROM = 'Acme reports <insightd@x.example>') {
  const digests = {
    of: (outgoing: Outgoing, maxRows: number) => {
      const options = { base: BASE, timeZone: 'Europe/Berlin', maxRows };
      return Promise.resolve(digestOf(outgoing, new Map([['o1', [ANN]]]), options));
    },
  };
  const unsubscribing = {
    urlOf: (id: string, address: string) =>
      Promise.resolve(`${BASE}unsubscribe?subscription=${id}&address=${address}&token=t`),
  };
  return new EmailSender(digests as never, unsubscribing as never, { SMTP_URL, MAIL_FROM });
}

const outgoing = outgoingOf({
  entered: [orgRow('o1', 'Acme Inc.'), orgRow('o2', 'Beta')],
  left: [orgRow('o3', 'Gamma')],
});
const send = (sender: EmailSender, to: readonly string[], given = outgoing, signal = never) =>
  sender.send({ kind: 'email', to: [...to] }, given, [], signal);
const never = new AbortController().signal;
const header = (letter: Letter | undefined, name: string) => letter?.headers.get(name);

test('each address gets a message of its own, with its own unsubscribe link', async () => {
  mailbox = await startMailbox();
  expect(await send(senderOf(mailbox.url), [ONE, TWO])).toEqual({
    ...{ result: 'delivered', status: null },
  });
  const letters = mailbox.letters.toSorted((a, b) => a.to[0]!.localeCompare(b.to[0]!));
  expect(letters.map(({ to }) => to)).toEqual([[ONE], [TWO]]);
  for (const letter of letters) {
    const [to] = letter.to;
    const url = `${BASE}unsubscribe?subscription=s1&address=${to}&token=t`;
    const shown = [...letter.headers.values(), letter.text, letter.html].join('\n');
    expect(shown).not.toContain(to === ONE ? TWO : ONE);
    expect(Object.fromEntries(letter.headers)).toMatchObject({
      from: 'Acme reports <insightd@x.example>',
      to,
      subject: '2 organizations went quiet, 1 came back - Acme weekly',
      'list-unsubscribe': `<${url}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
    });
    expect(letter.text).toContain(`Unsubscribe:\r\n${url}`);
    expect(letter.html).toContain(`href="${url.replaceAll('&', '&amp;')}"`);
  }
  expect(letters[0]!.text.replaceAll('\r\n', '\n').trimEnd()).toBe(TEXT.trimEnd());
  await waitFor(() => Promise.resolve(mailbox.openConnections() === 0 ? true : undefined));
});

const TEXT = `2 organizations went quiet, 1 came back
Organizations that went quiet (30 days)
29 Dec 2025, 10:00 to 5 Jan 2026, 10:00 (Europe/Berlin)

Went quiet:
- Acme Inc., 12 members
  owner Ann Lee <ann@acme.example>
  https://x.example/insights/orgs/o1
- Beta, 12 members
  https://x.example/insights/orgs/o2

Came back:
- Gamma, 12 members
  https://x.example/insights/orgs/o3

Open in insightd: https://x.example/insights/reports/org/churn?interval=30&run=r2&against=r1

-- 
You receive this e-mail because of the subscription “Acme weekly” of insightd.
Unsubscribe:
https://x.example/insights/unsubscribe?subscription=s1&address=one@x.example&token=t
`;

test('an address that the mail server refuses for good is not tried again', async () => {
  mailbox = await startMailbox({
    onRcptTo: ({ address }, _session, done) => {
      const error = Object.assign(new Error('no mailbox'), { responseCode: 550 });
      done(address === TWO ? error : null);
    },
  });
  expect(await send(senderOf(mailbox.url), [ONE, TWO])).toEqual({
    ...{ result: 'failed', status: null, isFinal: true, accepted: [ONE] },
    error: '1 of 2 messages were not accepted. The mail server answered with 550.',
  });
});

test('after a failure of some addresses, only those get the message again, with the same Message-ID', async () => {
  let refused: string[] = [TWO];
  mailbox = await startMailbox({
    onRcptTo: ({ address }, _session, done) => {
      const error = Object.assign(new Error(`no mailbox ${address}`), { responseCode: 451 });
      done(refused.includes(address) ? error : null);
    },
  });
  const sender = senderOf(mailbox.url);
  const first = await send(sender, [ONE, TWO, THREE]);
  expect(first).toEqual({
    ...{ result: 'failed', status: null },
    error: '1 of 3 messages were not accepted. The mail server answered with 451.',
    accepted: [ONE, THREE],
  });
  refused = [];
  const accepted = 'accepted' in first ? first.accepted : [];
  expect((await send(sender, [ONE, TWO, THREE], { ...outgoing, accepted })).result).toBe(
    'delivered',
  );
  expect(mailbox.letters.map(({ to }) => to[0]).toSorted()).toEqual([ONE, THREE, TWO]);
  // An attempt whose result was lost is repeated for all.
  expect((await send(sender, [ONE, TWO, THREE])).result).toBe('delivered');
  const ids = mailbox.letters.map((letter) => `${letter.to[0]} ${header(letter, 'message-id')}`);
  expect(ids).toHaveLength(6);
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/<d_1\.[0-9a-f]{16}@x\.example>$/);
});

test('names cannot add headers, recipients or elements', async () => {
  mailbox = await startMailbox();
  const name = 'x\r\nBcc: evil@x.example\r\n\r\n<script>alert(1)</script> "; =?UTF-8?Q?x?=';
  const given = outgoingOf(
    { entered: [orgRow('"><img src=x>', name)] },
    { subscription: { id: 's1', name } },
  );
  expect((await send(senderOf(mailbox.url), [ONE], given)).result).toBe('delivered');
  const [letter] = mailbox.letters;
  expect(letter!.to).toEqual([ONE]);
  expect(header(letter, 'bcc')).toBeUndefined();
  expect(header(letter, 'subject')).toBe(
    '1 organization went quiet - x Bcc: evil@x.example <script>alert(1)</script> "; =?UTF-8?Q?x?=',
  );
  expect(letter!.html).not.toMatch(/<script|<img|onerror/);
  expect(letter!.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('a mail server that refuses the user, is silent or is away is a failure without addresses', async () => {
  mailbox = await startMailbox({
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, done) => done(new Error('wrong')),
  });
  const refused = senderOf(mailbox.url.replace('//', '//user:secret@'));
  expect(await send(refused, [ONE])).toEqual({
    ...{ result: 'failed', status: null, accepted: [] },
    error: 'The mail server refuses the user and password of SMTP_URL.',
  });
  const silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const stop = AbortSignal.timeout(300);
  const stopped = await send(senderOf(`smtp://127.0.0.1:${port}`), [ONE, TWO], outgoing, stop);
  expect(stopped).toMatchObject({ result: 'failed', accepted: [] });
  await new Promise((resolve) => silent.close(resolve));
  const away = await send(senderOf(`smtp://127.0.0.1:${port}`), [ONE]);
  expect(away).toMatchObject({
    error: 'The mail server of SMTP_URL cannot be reached (ESOCKET).',
  });
});

test('without settings nothing can be sent, and the reason names them', async () => {
  mailbox = await startMailbox();
  const sender = senderOf(undefined);
  const error = 'E-mail needs the settings SMTP_URL and MAIL_FROM: set both, and restart insightd.';
  expect(sender.problem()).toBe(error);
  expect(await send(sender, [ONE])).toEqual({ result: 'failed', status: null, error });
  expect(senderOf(mailbox.url).problem()).toBeUndefined();
});
