import { parseArgs } from 'node:util';
import { ExportsModule, StoreExport } from '#libs/exports';
import type { Settings } from '#libs/platform';
import { recordCommand } from '../../audit.js';
import { inContext } from '../../context.js';
import { ProgressBar } from '../../progress-bar.js';
import { STOPPED, stopSignal } from '../../stopping.js';
import { UsageError } from '../../usage.js';
import { writingTo } from './output.js';

/** Writes the whole store, one line per event. */
export async function exportStore(args: string[], settings: Settings): Promise<void> {
  const file = fileOf(args);
  const signal = stopSignal();
  const bar = new ProgressBar();
  try {
    await inContext(settings, [ExportsModule], async (context) => {
      await recordCommand(context, { action: 'store.exported' });
      await writingTo(file, async (write) => {
        const lines = await context.get(StoreExport).write(
          (text) => {
            signal.throwIfAborted();
            return write(text);
          },
          (count) => bar.show(undefined, `${count.toLocaleString('en')} lines`),
        );
        bar.end();
        process.stderr.write(`${lines.toLocaleString('en')} lines are exported.\n`);
      });
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('Stopped before the end: the export is not complete.\n');
    process.exitCode = STOPPED;
  } finally {
    bar.end();
  }
}

function fileOf(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { file: { type: 'string' } } }).values.file;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
