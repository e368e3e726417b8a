/**
 * The answer of another machine, for at most `ms` milliseconds. What was asked is not taken back.
 * @throws Error when there is no answer in time
 */
export function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
