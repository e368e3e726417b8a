import { createTransport } from 'nodemailer';

/** The limit of an attempt with all its messages. Each stage of SMTP has the same limit. */
const MAIL_MS = 15_000;
const CONNECTIONS = 3;

export interface Mail {
  from: { name: string; address: string };
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** For the headers of RFC 2369 and RFC 8058. */
  unsubscribe?: string | undefined;
}

/** Why a message was not accepted, without addresses. */
export interface Refusal {
  address: string;
  error: string;
  /** Whether the server refuses the recipient or the message for good, such as an address without a mailbox. */
  isFinal: boolean;
}

/**
 * Sends messages over a few connections, which end with the call.
 * @param smtpUrl SMTP_URL
 * @returns the messages that were not accepted
 */
export async function sendMails(
  smtpUrl: string,
  mails: readonly Mail[],
  signal: AbortSignal,
): Promise<Refusal[]> {
  const timeout = AbortSignal.timeout(MAIL_MS);
  const either = AbortSignal.any([signal, timeout]);
  const limits = {
    ...{ connectionTimeout: MAIL_MS, greetingTimeout: MAIL_MS, socketTimeout: MAIL_MS },
    ...{ dnsTimeout: MAIL_MS, socketCloseTimeout: 1_000 },
  };
  const transport = createTransport({
    ...{ url: smtpUrl, pool: true, maxConnections: CONNECTIONS, maxRequeues: 1, ...limits },
    // Texts are complete: nothing is read from files or URLs.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    const results = await Promise.all(
      mails.map(async (mail): Promise<Refusal[]> => {
        try {
          await transport.sendMail({ ...messageOf(mail), signal: either });
          return [];
        } catch (error) {
          const late = `The mail server did not accept the message within ${MAIL_MS / 1_000} seconds.`;
          if (timeout.aborted) return [{ address: mail.to, error: late, isFinal: false }];
          return [{ address: mail.to, error: mailError(error), isFinal: isRefused(error) }];
        }
      }),
    );
    return results.flat();
  } finally {
    transport.close({ force: true });
  }
}

function messageOf({ to, unsubscribe, ...mail }: Mail) {
  return {
    ...mail,
    // As an object, an address is not parsed: it is one recipient whatever it contains.
    to: { name: '', address: to },
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribe !== undefined && {
        'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` },
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
  };
}

/** Whether an error of nodemailer is a permanent reply (5yz) about the recipient or the message. */
function isRefused(error: unknown): boolean {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const isReply = code === 'EENVELOPE' || code === 'EMESSAGE';
  return isReply && typeof responseCode === 'number' && responseCode >= 500;
}

/** A sentence for an error of nodemailer. Replies of mail servers contain addresses, so only codes are used. */
function mailError(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (code === 'EAUTH') return 'The mail server refuses the user and password of SMTP_URL.';
  if (code === 'ETLS') return 'The connection to the mail server of SMTP_URL cannot be encrypted.';
  if (typeof responseCode === 'number') return `The mail server answered with ${responseCode}.`;
  const named = typeof code === 'string' ? ` (${code})` : '';
  return `The mail server of SMTP_URL cannot be reached${named}.`;
}
