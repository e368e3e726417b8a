import { Controller, Get, Query } from '@nestjs/common';
import { auditShapes, type AuditPage } from '#libs/contracts';
import { Access } from '../access/access.guard.js';
import { Operation, operation, type QueryOf } from '../http/operation.js';
import { AuditLog } from './audit-log.service.js';

const listAuditEntries = operation({
  id: 'listAuditEntries',
  tag: 'admin',
  summary: 'Who signed in, and who changed, exported or erased what, newest first',
  description:
    'Entries are kept AUDIT_DAYS (365). Send `next_before` as `before` for a next page that new entries do not shift.',
  query: auditShapes.auditQuery,
  reply: auditShapes.auditPage,
});

/** The audit log. */
@Controller('api/admin/v1/audit')
@Access('admin')
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Get()
  @Operation(listAuditEntries)
  list(@Query() query: QueryOf<typeof listAuditEntries>): Promise<AuditPage> {
    return this.log.list(query);
  }
}
