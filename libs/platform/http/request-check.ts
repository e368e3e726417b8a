import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ApiError } from '#libs/contracts';
import { readObject } from './body.js';
import { parameter, type Query } from './query.js';

interface Schemas {
  path?: z.ZodObject;
  query?: z.ZodObject;
}

/**
 * Checks the path and query of a request with the schemas of its operation and replaces them with the output of the
 * schemas. Runs after the guards of the key and the rate limit.
 */
export class RequestCheck implements CanActivate {
  constructor(private readonly schemas: Schemas) {}

  /** @throws ApiError `not_found` for a wrong path, `invalid` for a wrong query */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { path, query } = this.schemas;
    if (path) request.params = checkedPath(path, request.params);
    if (query) request.query = checked(query, parametersOf(query, request.query as Query));
    return true;
  }
}

/**
 * Checks the JSON body of a request with the schema of its operation and replaces it with the output of the schema.
 * Runs after `ReadBody`.
 */
export class BodyCheck implements CanActivate {
  constructor(private readonly schema: z.ZodObject) {}

  /** @throws ApiError `invalid` or `unreadable` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.body = checked(this.schema, readObject(request.body));
    return true;
  }
}

function checkedPath(schema: z.ZodObject, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ApiError('not_found', result.error.issues[0]!.message);
}

function checked(schema: z.ZodObject, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = new Map<string, string[]>();
  for (const issue of result.error.issues) {
    for (const [field, message] of messagesOf(issue, schema)) {
      fields.set(field, [...(fields.get(field) ?? []), message]);
    }
  }
  const [field, messages] = [...fields][0]!;
  throw new ApiError('invalid', `${field} ${messages[0]}`, { fields: Object.fromEntries(fields) });
}

/** The number of unknown fields that an error names. */
const MAX_UNKNOWN = 10;

function messagesOf(issue: z.core.$ZodIssue, schema: z.ZodObject): [string, string][] {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    return issue.keys
      .slice(0, MAX_UNKNOWN)
      .map((key) => [key, `is unknown here; the known fields are ${known}`]);
  }
  return [[issue.path.join('.') || 'request', issue.message]];
}

function parametersOf(schema: z.ZodObject, query: Query): Record<string, string | undefined> {
  const names = Object.keys(schema.shape);
  return Object.fromEntries(names.map((name) => [name, parameter(query, name)]));
}
