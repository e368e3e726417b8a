import type { Outbound, Post, Reply } from './outbound/outbound.js';
import { OutboundError } from './outbound/outbound-error.js';
import type { Attempt } from './target.js';

/**
 * Sends a request to a target.
 * @param attemptOf the result of a reply that is neither a success nor a redirect
 */
export async function attempt(
  outbound: Outbound,
  post: Post,
  signal: AbortSignal,
  attemptOf: (reply: Reply, host: string) => Attempt,
): Promise<Attempt> {
  try {
    const reply = await outbound.post(post, signal);
    const { status } = reply;
    const { hostname } = new URL(post.url);
    if (status >= 200 && status < 300) return { result: 'delivered', status };
    if (status < 300 || status >= 400) return attemptOf(reply, hostname);
    const error = `${hostname} answered with the redirect ${status}, which is not followed: enter the final URL.`;
    return { result: 'failed', status, error };
  } catch (error) {
    if (error instanceof OutboundError) {
      return { result: 'failed', status: null, error: error.message };
    }
    throw error;
  }
}

/** A reply that is not a success. */
export function failed({ status }: Reply, host: string): Attempt {
  return { result: 'failed', status, error: `${host} answered with ${status}.` };
}
