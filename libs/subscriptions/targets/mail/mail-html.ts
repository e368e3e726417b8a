import type { Contact } from '../contacts.service.js';
import { moreInWords, type Digest, type DigestGroup, type DigestRow } from '../digest/digest.js';
import type { Ending } from './mail.js';

// Mail clients support tables and inline styles. Many invert colours in dark mode; the style element sets them where it
// is supported. There are no images.
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const STYLES = {
  page: 'margin:0;padding:0;background-color:#f3f4f6',
  card: 'width:100%;max-width:600px;background-color:#ffffff;border-radius:8px',
  padding: `padding:24px;${FONT};font-size:14px;line-height:20px;color:#1f2937;text-align:left`,
  h1: 'margin:0 0 8px;font-size:20px;line-height:28px;font-weight:600',
  h2: 'margin:24px 0 4px;font-size:15px;line-height:22px;font-weight:600',
  paragraph: 'margin:0 0 4px',
  small: 'font-size:13px;line-height:18px;color:#6b7280',
  table: `width:100%;border-collapse:collapse;table-layout:fixed;overflow-wrap:anywhere;word-break:break-word;${FONT};font-size:14px;line-height:20px;color:#1f2937`,
  cell: 'padding:8px 8px 8px 0;border-top:1px solid #e5e7eb;vertical-align:top',
  link: 'color:#1d4ed8;text-decoration:underline',
  button:
    'display:inline-block;margin:20px 0 0;padding:9px 16px;border-radius:6px;background-color:#1d4ed8;color:#ffffff;text-decoration:none;font-weight:600',
} as const;
const DARK = `@media (prefers-color-scheme:dark){
.page{background-color:#111827!important}
.card{background-color:#1f2937!important}
.text{color:#f3f4f6!important}
.small{color:#c3c8d0!important}
.link{color:#93c5fd!important}
.cell{border-color:#4b5563!important}}`;

/** The HTML of an e-mail. */
export function mailHtml(digest: Digest, ending: Ending): string {
  const { headline, name, list, period, notice, groups, link } = digest;
  const more = moreInWords(digest);
  const content = [
    `<h1 style="${STYLES.h1}">${escaped(headline)}</h1>`,
    paragraph(`<strong>${isolated(name)}</strong>`),
    paragraph(escaped(list)),
    ...(period === undefined ? [] : [small(escaped(period))]),
    ...(notice === undefined ? [] : [paragraph(escaped(notice), 'margin:16px 0 0')]),
    ...groups.map(table),
    ...(more === undefined ? [] : [paragraph(escaped(more), 'margin:8px 0 0')]),
    ...(link === undefined
      ? []
      : [`<a href="${escaped(link)}" style="${STYLES.button}">Open in insightd</a>`]),
  ];
  return document(escaped(headline), [
    row(content.join('\n')),
    row(footer(ending), 'border-top:1px solid #e5e7eb', 'cell'),
  ]);
}

function document(title: string, rows: string[]): string {
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>:root{color-scheme:light dark}
${DARK}</style>
</head>
<body class="page" style="${STYLES.page}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="padding:16px">
<table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" border="0" style="${STYLES.card}">
${rows.join('\n')}
</table>
</td></tr>
</table>
</body>
</html>
`;
}

const row = (content: string, style = '', name = ''): string =>
  `<tr><td class="text ${name}" style="${STYLES.padding};${style}">\n${content}\n</td></tr>`;

function footer({ reason, advice, url }: Ending): string {
  if (url === undefined) return small(`${escaped(reason)} ${escaped(advice)}`);
  const link = `<a class="link" href="${escaped(url)}" style="${STYLES.link}">Unsubscribe</a>`;
  return small(`${escaped(reason)} ${link}`);
}

function table({ title, rows }: DigestGroup): string {
  return `<h2 style="${STYLES.h2}">${escaped(title)}</h2>
<table class="rows text" cellpadding="0" cellspacing="0" border="0" style="${STYLES.table}">
${rows.map(tableRow).join('\n')}
</table>`;
}

function tableRow({ name, link, about, orgs, lastActive, contacts }: DigestRow): string {
  const shown =
    link === undefined
      ? isolated(name)
      : `<a class="link" href="${escaped(link)}" style="${STYLES.link}">${isolated(name)}</a>`;
  const details = [
    ...(orgs === '' ? [] : [isolated(orgs)]),
    ...contacts.map(contactHtml),
    ...(lastActive === undefined ? [] : [smallSpan(`last active ${escaped(lastActive)}`)]),
  ];
  const first = about === '' ? shown : `${shown}<br>${smallSpan(escaped(about))}`;
  return `<tr><td class="cell" style="${STYLES.cell}">${first}</td><td class="cell" style="${STYLES.cell}">${details.join('<br>')}</td></tr>`;
}

function contactHtml({ role, name, email, lastActive }: Contact): string {
  const address = `<a class="link" href="mailto:${escaped(encodeURIComponent(email))}" style="${STYLES.link}">`;
  const who = email === '' ? isolated(name) : `${address}${isolated(name)}</a>`;
  const active = lastActive === undefined ? '' : `, last active ${escaped(lastActive)}`;
  return `${who}<br>${smallSpan(`${role}${active}`)}`;
}

const paragraph = (html: string, style: string = STYLES.paragraph): string =>
  `<p style="${style}">${html}</p>`;
const small = (html: string): string =>
  `<p class="small" style="margin:0;${STYLES.small}">${html}</p>`;
const smallSpan = (html: string): string =>
  `<span class="small" style="${STYLES.small}">${html}</span>`;

/** A name of any direction, which does not reorder the text around it. */
const isolated = (text: string): string => `<bdi dir="auto">${escaped(text)}</bdi>`;

const ENTITIES: Record<string, string> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

/** Text for an element or for an attribute in quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
