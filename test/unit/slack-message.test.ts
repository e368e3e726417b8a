import { expect, test } from '@jest/globals';
import type { Contact } from '../../libs/subscriptions/targets/contacts.service.js';
import { digestOf } from '../../libs/subscriptions/targets/digest/digest.js';
import { slackMessage } from '../../libs/subscriptions/targets/slack-message.js';
import type { Outgoing } from '../../libs/subscriptions/targets/target.js';
import { orgRow, outgoingOf, userRow } from '../support/outgoing.js';

const ANN: Contact = {
  ...{ role: 'owner', name: 'Ann Lee', email: 'ann@acme.example', lastActive: '2 Dec 2025' },
};
const options = { base: 'https://x.example/insights/', timeZone: 'UTC', maxRows: 10 };

function messageOf(outgoing: Outgoing, contacts: [string, Contact[]][] = [], given = options) {
  const message = slackMessage(digestOf(outgoing, new Map(contacts), given));
  const texts = message.blocks.map((block) =>
    block.type === 'section' ? block.text.text : block.elements[0]!.text,
  );
  return { ...message, texts };
}

test('a row names the organization, the list, and whom to ask', () => {
  const outgoing = outgoingOf({ entered: [orgRow('o/1', 'Acme Inc.')] });
  const { text, texts } = messageOf(outgoing, [['o/1', [ANN]]]);
  expect(text).toBe('Acme weekly: 1 organization went quiet');
  expect(texts).toEqual([
    '*1 organization went quiet*\nAcme weekly',
    '<https://x.example/insights/orgs/o%2F1|Acme Inc.> entered *Organizations that went quiet (30 days)*; ' +
      '12 members; owner Ann Lee ann@acme.example, last active 2 Dec 2025',
    '<https://x.example/insights/reports/org/churn?interval=30&amp;run=r2&amp;against=r1&amp;change=entered|Open in insightd>',
    'Organizations that went quiet (30 days) · 29 Dec 2025, 09:00 to 5 Jan 2026, 09:00 (UTC)',
  ]);
});

test('without PUBLIC_URL there are no links', () => {
  const outgoing = outgoingOf({ left: [orgRow('o1', 'Acme Inc.')] });
  const { texts } = messageOf(outgoing, [], { ...options, base: undefined as never });
  expect(texts.slice(0, -1)).toEqual([
    '*1 organization came back*\nAcme weekly',
    'Acme Inc. left *Organizations that went quiet (30 days)*; 12 members',
  ]);
});

test('at most 10 rows are shown, and the others are counted', () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => orgRow(`o${index}`, `Org ${index}`));
  const outgoing = outgoingOf({
    ...{ entered: rows, left: rows.slice(0, 3) },
    counts: { entered: 1_234, left: 3 },
  });
  const { text, texts } = messageOf(outgoing);
  expect(text).toBe('Acme weekly: 1,234 organizations went quiet, 3 came back');
  expect(texts.filter((one) => one.includes(' entered *'))).toHaveLength(10);
  expect(texts.at(-2)).toMatch(/^and 1,227 more · <https.*\|Open in insightd>$/);
});

test('names cannot mention people or add links', () => {
  const name = '<!channel> & <https://evil.example|click>\n> quoted | \u202Eright';
  const subscription = { id: 's1', name: '<!here>' };
  const user = userRow('<@U123>', { first_name: '<!everyone>', email: 'a&b@x.example' });
  const evil: Contact = { role: 'owner', name: '<@U1>', email: '<#C1>' };
  const orgs = outgoingOf({ entered: [orgRow('o1', name)] }, { subscription });
  const users = outgoingOf({ report: 'user/churn', entered: [user] as never });
  const messages = [messageOf(orgs, [['o1', [evil]]]), messageOf(users)];
  for (const { text, texts, blocks } of messages) {
    const links = [text, ...texts].join('\n').match(/<[^>]*>/g);
    expect(links?.filter((link) => !link.startsWith('<https://x.example/insights/'))).toEqual([]);
    expect(JSON.stringify(blocks)).toContain('"verbatim":true');
  }
  expect(messages[0]!.texts[1]).toContain(
    '|&lt;!channel&gt; &amp; &lt;https://evil.example¦click&gt; &gt; quoted ¦ right> entered',
  );
  expect(messages[1]!.texts[1]).toContain('&lt;!everyone&gt;> entered');
  expect(messages[1]!.texts[1]).toContain('; a&amp;b@x.example');
});

test('a row of a user has its organizations and last activity', () => {
  const org = { org_id: 'o1', display_name: 'Acme', user_role: 'Owner', userRole: 'Owner' };
  const row = userRow('u1', {
    ...{ first_name: 'Bo', last_name: 'Day', email: 'bo@acme.example' },
    ...{ org_data: [org, org, org, org, org], last_active_at: 1_767_000_000 },
  });
  const { texts } = messageOf(outgoingOf({ report: 'user/churn', entered: [row] as never }));
  expect(texts[1]).toBe(
    '<https://x.example/insights/users/u1|Bo Day> entered *Users who are slipping away (30 days)*; ' +
      'bo@acme.example, Acme, Acme, Acme, and 2 more, last active 29 Dec 2025',
  );
});

test('all texts fit into blocks of Slack, whatever the names', () => {
  const long = '&'.repeat(5_000);
  const contacts: Contact[] = [
    { role: 'champion', name: long.slice(0, 100), email: long.slice(0, 400) },
    { role: 'owner', name: long.slice(0, 100), email: long.slice(0, 400) },
  ];
  const id = '漢'.repeat(200);
  const rows = Array.from({ length: 20 }, () => orgRow(id, long));
  const { blocks, texts } = messageOf(outgoingOf({ entered: rows }), [[id, contacts]]);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(3_000);
  for (const text of texts) expect(text.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
});

test('a test message, a rebased message and an empty digest say what they are', () => {
  const empty = messageOf(outgoingOf());
  expect(empty.texts[0]).toBe('*No changes*\nAcme weekly');
  expect(empty.texts[1]).toBe('No changes since 29 Dec 2025, 09:00.');
  const rebased = messageOf(outgoingOf({ rebased: true }));
  expect(rebased.text).toBe('Acme weekly: The list was read again');
  expect(rebased.texts[1]).toMatch(/^The conditions or the exclusion rules differ/);
  const tested = messageOf(outgoingOf({ from: null, to: null }, { type: 'subscription.test' }));
  expect(tested.text).toBe('Acme weekly: Test message');
  expect(tested.texts.at(-1)).toBe('Organizations that went quiet (30 days)');
});

test('a name that reads from right to left does not reorder the sentence', () => {
  const { texts } = messageOf(outgoingOf({ entered: [orgRow('o1', 'شركة أكمي')] }));
  expect(texts[1]).toContain('|\u2068شركة أكمي\u2069> entered *Organizations');
});
