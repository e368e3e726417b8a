import { moreInWords, type Digest, type DigestRow } from '../digest/digest.js';
import { isolated } from '../digest/plain.js';
import { contactLine, type Ending } from './mail.js';

/** The plain text of an e-mail. */
export function mailText(digest: Digest, ending: Ending): string {
  const { headline, list, period, notice, groups, link } = digest;
  const more = moreInWords(digest);
  const parts = [
    [headline, [list, period].filter((part) => part !== undefined).join('\n')].join('\n'),
    ...(notice === undefined ? [] : [notice]),
    ...groups.map(({ title, rows }) => [`${title}:`, ...rows.map(rowText)].join('\n')),
    ...(more === undefined ? [] : [more]),
    ...(link === undefined ? [] : [`Open in insightd: ${link}`]),
    ['-- ', ending.reason, ending.advice, ...(ending.url === undefined ? [] : [ending.url])].join(
      '\n',
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function rowText(row: DigestRow): string {
  const active = row.lastActive === undefined ? '' : `last active ${row.lastActive}`;
  const facts = [isolated(row.name), row.about, isolated(row.orgs), active];
  const lines = [
    `- ${facts.filter((fact) => fact !== '').join(', ')}`,
    ...row.contacts.map((contact) => `  ${contactLine(contact)}`),
    ...(row.link === undefined ? [] : [`  ${row.link}`]),
  ];
  return lines.join('\n');
}
