import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import {
  INDEX_VALUES,
  insights,
  isStorable,
  parameters,
  segmentParameters,
  type OrgIndex,
  type UserIndex,
} from '#libs/contracts';
import { Access, Operation, operation, type QueryOf } from '#libs/platform';
import type { CsvFile } from '../csv/csv-file.js';
import { IndexCsvService } from '../csv/index-csv.service.js';
import { ORG_TABLE, USER_TABLE } from '../csv/index-tables.js';
import { pinnedRun } from '../request.js';
import { ORG_INDEX, USER_INDEX } from './index-rows.js';
import { SubjectIndexService, type IndexRequest } from './subject-index.service.js';

/** The longest text of a search, in Unicode code points. */
const MAX_SEARCH = 200;

const search = z
  .string()
  .refine(isStorable, 'must be well-formed Unicode without NUL')
  .refine((text) => [...text].length <= MAX_SEARCH, `must have at most ${MAX_SEARCH} characters`)
  .meta({ minLength: 1, maxLength: MAX_SEARCH })
  .optional();

/** The parameters of an index, without the page. @param fields the searched fields */
function parametersOf<const Values extends readonly [string, ...string[]]>(
  values: Values,
  byDefault: Values[number],
  fields: string,
) {
  return {
    search: search.describe(
      `only rows with a field that contains this text, ignoring case: ${fields}; as they are now`,
    ),
    sort: z
      .enum(values, `must be one of ${values.join(', ')}`)
      .default(byDefault as never)
      .describe('the value to sort by; rows with the same value are in the order of their ids'),
    order: parameters
      .choice(['desc', 'asc'])
      .describe('desc: the greatest or latest first; null is last in both directions'),
    run_id: pinnedRun,
    ...segmentParameters,
  };
}

const ofUsers = parametersOf(
  INDEX_VALUES.user,
  'last_active_at',
  'first name, last name, username, e-mail, id',
);
const ofOrgs = parametersOf(INDEX_VALUES.org, 'num_users', 'name, id');

const errors = ['not_found'] as const;

const listUsers = operation({
  id: 'listUsers',
  tag: 'insights',
  summary: 'A page of all users, sorted, searched and filtered',
  description: 'The values are those of a run; names, e-mails and memberships are current.',
  query: z.object({ ...ofUsers, ...parameters.page }),
  reply: insights.userIndex,
  errors,
});

const listOrgs = operation({
  id: 'listOrgs',
  tag: 'insights',
  summary: 'A page of all organizations, sorted, searched and filtered',
  description: 'The values are those of a run; names are current.',
  query: z.object({ ...ofOrgs, ...parameters.page }),
  reply: insights.orgIndex,
  errors,
});

const exportUsers = operation({
  id: 'exportUsers',
  tag: 'insights',
  summary: 'All users, or those that match a search, as CSV',
  query: z.object(ofUsers),
  rawReply: { 'text/csv': z.string() },
  errors,
});

const exportOrgs = operation({
  id: 'exportOrgs',
  tag: 'insights',
  summary: 'All organizations, or those that match a search, as CSV',
  query: z.object(ofOrgs),
  rawReply: { 'text/csv': z.string() },
  errors,
});

/** The index of users and orgs. */
@Controller('api/insights/v1')
@Access('read')
export class SubjectIndexController {
  constructor(
    private readonly index: SubjectIndexService,
    private readonly csv: IndexCsvService,
  ) {}

  @Get('users')
  @Operation(listUsers)
  users(@Query() query: QueryOf<typeof listUsers>): Promise<UserIndex> {
    const { page_size: pageSize, page_number: pageNumber } = query;
    return this.index.page(USER_INDEX, { ...requested(query), pageSize, pageNumber });
  }

  @Get('orgs')
  @Operation(listOrgs)
  orgs(@Query() query: QueryOf<typeof listOrgs>): Promise<OrgIndex> {
    const { page_size: pageSize, page_number: pageNumber } = query;
    return this.index.page(ORG_INDEX, { ...requested(query), pageSize, pageNumber });
  }

  @Get('users/csv')
  @Operation(exportUsers)
  async userTable(@Query() query: QueryOf<typeof exportUsers>): Promise<StreamableFile> {
    return download(await this.csv.file(USER_TABLE, requested(query)));
  }

  @Get('orgs/csv')
  @Operation(exportOrgs)
  async orgTable(@Query() query: QueryOf<typeof exportOrgs>): Promise<StreamableFile> {
    return download(await this.csv.file(ORG_TABLE, requested(query)));
  }
}

function requested({
  search,
  sort,
  order,
  run_id: runId,
  where,
  segment,
}: QueryOf<typeof exportUsers> | QueryOf<typeof exportOrgs>): IndexRequest {
  return { search, sort: { value: sort, isDescending: order === 'desc' }, runId, where, segment };
}

function download({ name, content }: CsvFile): StreamableFile {
  return new StreamableFile(content, {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}"`,
  });
}
