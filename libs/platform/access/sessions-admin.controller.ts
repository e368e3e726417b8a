import { Controller, Delete, Query } from '@nestjs/common';
import { z } from 'zod';
import { idSchema, keyShapes } from '#libs/contracts';
import { Audited } from '../audit/audited.js';
import { Operation, operation, type QueryOf } from '../http/operation.js';
import { Access } from './access.guard.js';
import { SessionsService } from './sessions.service.js';

const endSessions = operation({
  id: 'endSessions',
  tag: 'admin',
  summary: 'End all sessions, or those of one key; also ends unused sign-in codes',
  query: z.object({
    key_id: idSchema.optional().describe('only the sessions of this key'),
  }),
  reply: keyShapes.endedSessions,
});

/** Ends sessions of other users, for when a browser or a key may be compromised. */
@Controller('api/admin/v1/sessions')
@Access('admin')
export class SessionsAdminController {
  constructor(private readonly sessions: SessionsService) {}

  @Delete()
  @Operation(endSessions)
  @Audited(endSessions, 'sessions.ended', ({ query, reply }) => ({
    ...(query.key_id !== undefined && { target: query.key_id }),
    details: { ended: reply.ended },
  }))
  async end(@Query() query: QueryOf<typeof endSessions>): Promise<{ ended: number }> {
    return { ended: await this.sessions.endAll(query.key_id) };
  }
}
