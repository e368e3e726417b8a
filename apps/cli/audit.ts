import type { INestApplicationContext } from '@nestjs/common';
import { AuditLog, CLI_ACTOR, type AuditRecord } from '#libs/platform';

/** Records what a command did in the audit log. */
export async function recordCommand(
  context: INestApplicationContext,
  entry: Pick<AuditRecord, 'action' | 'target' | 'details'>,
): Promise<void> {
  await context.get(AuditLog).record({ ...entry, actor: CLI_ACTOR });
}
