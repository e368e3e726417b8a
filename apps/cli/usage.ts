/** An invalid command line; the usage is shown. */
export class UsageError extends Error {}
