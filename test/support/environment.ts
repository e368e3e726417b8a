/**
 * The environment of every insightd process that a test starts: without the insightd settings of the
 * shell that runs the tests, and without Jest's options. The process ends with the test's process, even when that is
 * killed.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, INSIGHTD_PARENT_PID: String(process.pid) };
}
