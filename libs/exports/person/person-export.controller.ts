import { Controller, Get, Param, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import { personShapes } from '#libs/contracts';
import { Access, Audited, Operation, operation, type PathOf } from '#libs/platform';
import { PersonExports } from './person-export.service.js';

const exportUser = operation({
  id: 'exportUser',
  tag: 'insights',
  summary: 'Everything kept about one person, as one JSON document',
  description:
    'Exclusion rules do not apply, and a deleted user is answered with what is left. Sent invites and rejected events ' +
    'are streamed, so the document has no limit. Positions in reports are not part of it: they are computed from these facts.',
  path: z.object({ userId: z.string() }),
  rawReply: { 'application/json': personShapes.personExport },
});

/** The export of a person's data. */
@Controller('api/insights/v1/users')
@Access('admin')
export class PersonExportController {
  constructor(private readonly exports: PersonExports) {}

  @Get(':userId/export')
  @Operation(exportUser)
  @Audited(exportUser, 'person.exported', async ({ path, hashed }) => ({
    target: await hashed('user', path.userId),
  }))
  async export(@Param() { userId }: PathOf<typeof exportUser>): Promise<StreamableFile> {
    const { name, content } = await this.exports.document(userId);
    return new StreamableFile(content, {
      type: 'application/json; charset=utf-8',
      disposition: `attachment; filename="${name}"`,
    });
  }
}
