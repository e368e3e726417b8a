import { Copied } from '../../components/copied.js';

/** The secret of a webhook, shown only once. */
export function Secret({ secret }: { secret: string }) {
  return (
    <div role="status" class="block">
      <p>
        The secret signs each message. It is shown only once: copy it now, and verify the messages
        with it.
      </p>
      <Copied name="the secret" text={secret} />
    </div>
  );
}
