import { HttpCode, SetMetadata, UseGuards, applyDecorators } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from '#libs/contracts';
import type { SecurityScheme } from '../openapi/security.js';
import { ReadBody } from './read-body.guard.js';
import { BodyCheck, RequestCheck } from './request-check.js';

const OPERATION = 'insightd:operation';

/** Groups of operations in the description of the API. */
export const TAGS = {
  compatible: 'The User & Org Insights API, as the official PropelAuth clients call it',
  insights: 'What a page about users and organizations needs',
  ingest: 'Ways for events to get in',
  admin: 'Runs, rejected events and statistics, for operators',
  session: 'Signing a browser in and out',
  operations: 'Health, metrics and this description, without a key',
} as const;

/** Media type → schema of the body. A body that is no JSON has the schema `z.string()`. */
export type Media = Readonly<Record<string, z.ZodType>>;

/**
 * What an endpoint takes and gives. `path`, `query` and `body` are checked by these schemas before the handler is
 * called, which is given what they output, and OpenAPI shows the same schemas. Errors that follow from the rest
 * (a key is needed, a body can be too large) are documented without being listed here.
 */
export interface OperationSpec {
  /** The name of the operation in generated clients, in camel case. */
  id: string;
  tag: keyof typeof TAGS;
  summary: string;
  description?: string;
  /** Parameters of the path; a value that does not fit is a 404. */
  path?: z.ZodObject;
  /** Parameters of the query in snake case, which are taken in camel case as well. */
  query?: z.ZodObject;
  /** Headers that the handler reads itself. */
  headers?: z.ZodObject;
  /** A JSON body; a missing one counts as `{}`. */
  body?: z.ZodObject;
  /** A body that the handler reads itself, from the bytes. */
  rawBody?: Media;
  /** The JSON that is replied. */
  reply?: z.ZodType;
  /** A reply that is no JSON object; without `reply` and `rawReply` there is no content. */
  rawReply?: Media;
  /** Of a reply that is no error; 200 unless there is no content. */
  status?: number;
  /** Errors that cannot be known from the rest. */
  errors?: readonly ErrorCode[];
  /** What a 400 has as its JSON body where that is no problem document. */
  badRequest?: z.ZodType;
  /** The security schemes that prove a request where no key does: alternatives, each a list that goes together. */
  provenBy?: readonly (readonly SecurityScheme[])[];
}

export type PathOf<S extends OperationSpec> = Output<S['path']>;
export type QueryOf<S extends OperationSpec> = Output<S['query']>;
export type BodyOf<S extends OperationSpec> = Output<S['body']>;

type Output<T> = T extends z.ZodType ? z.output<T> : never;
/** `unknown` where the reply is no JSON: the handler sends it by itself. */
type ReplyOf<S extends OperationSpec> = S extends { reply: z.ZodType }
  ? Output<S['reply']>
  : unknown;

/** Names a description of an endpoint, for `@Operation` and the types of its handler. */
export const operation = <const S extends OperationSpec>(spec: S): S => spec;

/** Describes the endpoint of a handler, checks its requests, and holds the handler's type to the reply. */
export function Operation<S extends OperationSpec>(spec: S) {
  const decorators = [
    SetMetadata(OPERATION, spec),
    HttpCode(statusOf(spec)),
    ...(spec.path || spec.query ? [UseGuards(new RequestCheck(spec))] : []),
    ...(spec.body || spec.rawBody ? [UseGuards(ReadBody)] : []),
    ...(spec.body ? [UseGuards(new BodyCheck(spec.body))] : []),
  ];
  return <T extends (...args: never[]) => ReplyOf<S> | Promise<ReplyOf<S>>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    applyDecorators(...decorators)(target, key, descriptor);
  };
}

/** The status of a reply that is no error. */
export function statusOf(spec: OperationSpec): number {
  return spec.status ?? (spec.reply || spec.rawReply ? 200 : 204);
}

/** The description of a handler; undefined when it has none. */
export function operationOf(handler: object): OperationSpec | undefined {
  return Reflect.getMetadata(OPERATION, handler) as OperationSpec | undefined;
}
