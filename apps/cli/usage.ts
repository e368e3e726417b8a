/** A command line that says nothing to be done; the reader is shown the usage. */
export class UsageError extends Error {}
