/** A sign-in that ended without a session. The message is a sentence for the person that says what to do. */
export class SignInProblem extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
