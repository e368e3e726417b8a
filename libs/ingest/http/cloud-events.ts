import { isObject, parseJson } from '#libs/contracts';
import { shapeProblem } from '#libs/platform';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * An event of the JSON format of CloudEvents with its `data_base64` as `data`: so it is checked, kept as a
 * dead letter and erased as any other. Left as it is where that is no JSON in base64, or there is `data`.
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
