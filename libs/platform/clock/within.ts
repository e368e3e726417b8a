/**
 * Waits for an answer for at most `ms` milliseconds. Does not cancel the request.
 * @throws Error when there is no answer in time
 */
export function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
