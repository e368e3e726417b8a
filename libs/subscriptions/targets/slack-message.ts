import { moreInWords, type Digest, type DigestRow } from './digest/digest.js';
import { isolated } from './digest/plain.js';

/** The rows of a message; Slack allows 50 blocks. */
export const SLACK_ROWS = 10;
/** Slack refuses longer texts of a block. */
const MAX_TEXT = 3_000;
const MAX_LINK = 1_000;

interface Section {
  type: 'section';
  text: { type: 'mrkdwn'; text: string; verbatim: true };
}

interface Context {
  type: 'context';
  elements: Section['text'][];
}

export interface SlackMessage {
  /** For notifications, and for clients without blocks. */
  text: string;
  blocks: (Section | Context)[];
  unfurl_links: false;
  unfurl_media: false;
}

/** A digest as a message of an incoming webhook. */
export function slackMessage(digest: Digest): SlackMessage {
  const { name, headline, list, period, notice, groups, link } = digest;
  const rows = groups.flatMap(({ change, rows: ofGroup }) =>
    ofGroup.map((row) => section(sentence(row, change, list))),
  );
  const more = moreInWords(digest);
  const ending = [more, link === undefined ? undefined : linked(link, 'Open in insightd')];
  const last = ending.filter((part) => part !== undefined).join(' · ');
  return {
    text: `${escaped(isolated(name))}: ${headline}`,
    blocks: [
      section(`*${headline}*\n${escaped(isolated(name))}`),
      ...(notice === undefined ? [] : [section(notice)]),
      ...rows,
      ...(last === '' ? [] : [section(last)]),
      context([list, period].filter((part) => part !== undefined).join(' · ')),
    ],
    ...{ unfurl_links: false, unfurl_media: false },
  };
}

/** "Acme Inc. entered *Organizations that went quiet (30 days)*; owner Ann Lee ann@acme.com, last active 5 Jan 2026". */
function sentence(row: DigestRow, change: 'entered' | 'left', list: string): string {
  const name = row.link === undefined ? escaped(isolated(row.name)) : linked(row.link, row.name);
  const active = row.lastActive === undefined ? [] : [`last active ${row.lastActive}`];
  const contacts = row.contacts.map(({ role, name: person, email, lastActive }) => {
    const who = [role, isolated(person), email === person ? '' : email].filter(Boolean).join(' ');
    return lastActive === undefined ? who : `${who}, last active ${lastActive}`;
  });
  const rest = [
    [row.about, ...(row.orgs === '' ? [] : [isolated(row.orgs)]), ...active].join(', '),
  ];
  const parts = [...rest, ...contacts].filter((part) => part !== '').map(escaped);
  return parts.reduce(
    (text, part) => (text.length + part.length + 2 > MAX_TEXT ? text : `${text}; ${part}`),
    `${name} ${change} *${list}*`,
  );
}

/** A link; only its text when the address is too long for Slack. */
function linked(url: string, text: string): string {
  // Slack ends the address at a vertical bar and the link at a closing bracket. URLs encode both.
  const label = escaped(isolated(text));
  return url.length > MAX_LINK ? label : `<${escaped(url)}|${label.replaceAll('|', '¦')}>`;
}

/** Text that Slack shows as it is: without mentions, links and channels. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// Without `verbatim`, Slack turns addresses and names of channels into links.
const mrkdwn = (text: string): Section['text'] => ({
  type: 'mrkdwn',
  text,
  verbatim: true,
});
const section = (text: string): Section => ({ type: 'section', text: mrkdwn(text) });
const context = (text: string): Context => ({ type: 'context', elements: [mrkdwn(text)] });
