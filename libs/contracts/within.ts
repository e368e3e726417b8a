/**
 * Waits for an answer for at most `ms` milliseconds. Does not cancel the request: where an interface takes a signal, use
 * `AbortSignal.timeout` instead. The wait does not keep the process alive.
 * @param late makes the error of an answer that is too late
 * @throws Error when there is no answer in time, and the error of the answer
 */
export async function within<T>(
  ms: number,
  answer: Promise<T>,
  late = () => new Error(`no answer within ${ms / 1000} s`),
): Promise<T> {
  const limit = AbortSignal.timeout(ms);
  let end = (): void => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    end = () => reject(late());
    limit.addEventListener('abort', end);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    limit.removeEventListener('abort', end);
    // After the limit, nothing waits for the answer; its failure must not end the process.
    answer.catch(() => undefined);
  }
}

/** Whether work ends well within `ms` milliseconds. */
export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return within(ms, work).then(
    () => true,
    () => false,
  );
}
