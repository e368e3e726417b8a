import type { Settings } from '#libs/platform';

const TIMEOUT_MS = 5_000;

/** Checks whether the service of these settings on this machine is ready; for health checks. */
export async function health({ HOST, PORT }: Settings): Promise<void> {
  const host = HOST === '0.0.0.0' || HOST === '::' ? 'localhost' : HOST;
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${PORT}/health/ready`;
  const reply = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new Error(`Nothing answers at ${address}.`, { cause });
    },
  );
  if (!reply.ok) throw new Error(`${address} answers ${reply.status}.`);
  process.stdout.write('ready\n');
}
