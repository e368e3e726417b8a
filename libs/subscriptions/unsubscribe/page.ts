import { createHash } from 'node:crypto';
import { escaped } from '../targets/mail/mail-html.js';

const STYLE = `:root{color-scheme:light dark}
body{margin:15vh auto 0;max-width:30rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.25rem}
button{font:inherit;padding:.5rem 1rem;border:0;border-radius:.375rem;background:#1d4ed8;color:#fff;cursor:pointer}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  // The address of the page contains the token.
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex',
};

/** Asks for the confirmation. The form goes to the address of the page itself. */
export function confirmationPage(address: string): string {
  return page(
    'Unsubscribe',
    `<p>Stop sending the e-mails of this subscription to <strong>${escaped(address)}</strong>?</p>
<form method="post"><button type="submit">Unsubscribe</button></form>`,
  );
}

export function donePage(address: string): string {
  return page(
    'You are unsubscribed',
    `<p>No more e-mails of this subscription are sent to <strong>${escaped(address)}</strong>.</p>`,
  );
}

export function invalidPage(): string {
  return page(
    'This link is not valid',
    '<p>Open the link of the e-mail again, completely, or ask an administrator of insightd to remove your address.</p>',
  );
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - insightd</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}
