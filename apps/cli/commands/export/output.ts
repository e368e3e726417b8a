import { open, rename, rm, stat } from 'node:fs/promises';
import { UsageError } from '../../usage.js';

/** Receives a part of the text and waits until it can take more. */
type Write = (text: string) => Promise<void>;

// Exports contain personal data: only the user who runs the command may read them.
const OWNER_ONLY = 0o600;

/**
 * Passes text to a file, or to standard output. The file has its name only when it is complete: until then, and after a
 * failure, nothing of that name changes.
 */
export async function writingTo<T>(
  path: string | undefined,
  work: (write: Write) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(toStandardOutput);
  const about = await stat(path).catch(() => undefined);
  if (about && !about.isFile()) {
    throw new UsageError(
      `--file must name a file; ${path} is none. Without --file, the export goes to standard output.`,
    );
  }
  const part = `${path}.part`;
  const file = await open(part, 'w', OWNER_ONLY);
  try {
    const result = await work(async (text) => {
      await file.appendFile(text);
    });
    await file.sync();
    await file.close();
    await rename(part, path);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

function toStandardOutput(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback receives the error of a closed pipe as well; without a listener, the event ends the process.
    if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
