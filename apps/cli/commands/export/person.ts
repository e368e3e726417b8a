import { parseArgs } from 'node:util';
import { ExportsModule, PersonExports } from '#libs/exports';
import { AuditLog, type Settings } from '#libs/platform';
import { recordCommand } from '../../audit.js';
import { inContext } from '../../context.js';
import { UsageError } from '../../usage.js';
import { writingTo } from './output.js';

/** Writes everything kept about one user, as one JSON document. */
export async function exportPerson(args: string[], settings: Settings): Promise<void> {
  const { userId, file } = parsed(args);
  await inContext(settings, [ExportsModule], async (context) => {
    const { content } = await context.get(PersonExports).document(userId);
    const target = await context.get(AuditLog).targetOf('user', userId);
    await recordCommand(context, { action: 'person.exported', target });
    await writingTo(file, async (write) => {
      for await (const text of content as AsyncIterable<string>) await write(text);
    });
  });
}

function parsed(args: string[]): { userId: string; file: string | undefined } {
  try {
    const options = { file: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [userId, ...others] = positionals;
    if (userId === undefined || others.length > 0) {
      throw new UsageError('export person needs the id of one user.');
    }
    return { userId, file: values.file };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}
