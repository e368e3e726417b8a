import { BENCH_KEY, type Service } from './service.js';

/** Asks an API, with a body by POST, else by GET. @throws Error when the answer is no success */
export async function callApi(
  { origin }: Pick<Service, 'origin'>,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(origin + path, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${BENCH_KEY}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
