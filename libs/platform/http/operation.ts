import { HttpCode, SetMetadata, UseGuards, applyDecorators } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from '#libs/contracts';
import type { SecurityScheme } from '../openapi/security.js';
import { ReadBody } from './read-body.guard.js';
import { BodyCheck, RequestCheck } from './request-check.js';

const OPERATION = 'insightd:operation';

/** The groups of operations in the API documentation. */
export const TAGS = {
  compatible: 'The User & Org Insights API, as the official PropelAuth clients call it',
  insights: 'Data for pages about users and organizations',
  ingest: 'Receiving events',
  admin: 'Runs, rejected events and statistics, for operators',
  session: 'Signing a browser in and out',
  operations: 'Health, metrics and this description, without a key',
} as const;

/** Media type → schema of the body. A body that is not JSON has the schema `z.string()`. */
export type Media = Readonly<Record<string, z.ZodType>>;

/**
 * The input and output of an endpoint. The schemas `path`, `query` and `body` check a request before the handler is
 * called, and the handler receives their output. OpenAPI shows the same schemas. Errors that follow from the rest
 * (a missing key, a body that is too large) are documented without being listed here.
 */
export interface OperationSpec {
  /** The name of the operation in generated clients, in camel case. */
  id: string;
  tag: keyof typeof TAGS;
  summary: string;
  description?: string;
  /** Parameters of the path; an invalid value is a 404. */
  path?: z.ZodObject;
  /** Parameters of the query in snake case; requests may also use camel case. */
  query?: z.ZodObject;
  /** Headers that the handler reads itself. */
  headers?: z.ZodObject;
  /** A JSON body; a missing one counts as `{}`. */
  body?: z.ZodObject;
  /** A body that the handler parses itself. */
  rawBody?: Media;
  /** The JSON body of the reply. */
  reply?: z.ZodType;
  /** A reply that is not a JSON object. Without `reply` and `rawReply`, the reply has no content. */
  rawReply?: Media;
  /** The status of a successful reply; the default is 200, or 204 without content. */
  status?: number;
  /** Errors that do not follow from the rest. */
  errors?: readonly ErrorCode[];
  /** The JSON body of a 400 that is not a problem document. */
  badRequest?: z.ZodType;
  /** Messages that insightd sends later, by name: where to, and their body. */
  sends?: Readonly<Record<string, { to: string; summary: string; body: z.ZodType }>>;
  /** Security schemes that replace the key: a list of alternatives, each a list of schemes to be used together. */
  provenBy?: readonly (readonly SecurityScheme[])[];
}

export type PathOf<S extends OperationSpec> = Output<S['path']>;
export type QueryOf<S extends OperationSpec> = Output<S['query']>;
export type BodyOf<S extends OperationSpec> = Output<S['body']>;

type Output<T> = T extends z.ZodType ? z.output<T> : never;
/** `unknown` when the reply is not JSON: the handler sends it itself. */
export type ReplyOf<S extends OperationSpec> = S extends { reply: z.ZodType }
  ? Output<S['reply']>
  : unknown;

/** Types the description of an endpoint, for `@Operation` and the types of its handler. */
export const operation = <const S extends OperationSpec>(spec: S): S => spec;

/** Describes the endpoint of a handler, checks its requests, and checks the handler's return type. */
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

/** The status of a successful reply. */
export function statusOf(spec: OperationSpec): number {
  return spec.status ?? (spec.reply || spec.rawReply ? 200 : 204);
}

/** The description of a handler; undefined when it has none. */
export function operationOf(handler: object): OperationSpec | undefined {
  return Reflect.getMetadata(OPERATION, handler) as OperationSpec | undefined;
}
