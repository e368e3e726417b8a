import { isObject, parseJson } from '#libs/contracts';
import { shapeProblem } from '#libs/platform';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Replaces `data_base64` of a CloudEvent with the decoded `data`, so that the event is checked,
 * stored as a dead letter and erased like any other. Returns the event unchanged when it has
 * `data`, or when `data_base64` is not base64 of JSON.
 */
export function withPlainData(event: unknown): unknown {
  if (!isObject(event) || !('data_base64' in event)) return event;
  const { data_base64: encoded, ...others } = event;
  if (others.data !== undefined && others.data !== null) return event;
  if (typeof encoded !== 'string' || !BASE64.test(encoded)) return event;
  try {
    const text = decoder.decode(Buffer.from(encoded, 'base64'));
    const data = parseJson(text);
    return shapeProblem(data) === undefined ? { ...others, data } : event;
  } catch {
    return event;
  }
}
