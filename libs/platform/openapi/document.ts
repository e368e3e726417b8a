import type { z } from 'zod';
import type { OpenApiDocument } from '#libs/contracts';
import { TAGS, type OperationSpec } from '../http/operation.js';
import { contentOf, errorComponents, repliesOf } from './replies.js';
import type { Route } from './routes.js';
import { namedSchemas, parameterSchema, usedSchemas } from './schemas.js';
import { securityOf, securitySchemes } from './security.js';

const DESCRIPTION = `User and organization insights: events in, reports and charts out.

Instants are unix seconds, days are \`YYYY-MM-DD\` in UTC, pages count from 0. Ids are strings and are returned
unchanged; in a path they are percent-encoded. Members that are not described here can be added at any time.`;

/** Builds the OpenAPI document from the schemas that check the requests and type the replies. */
export function documentOf(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    (paths[openApiPath(route.path)] ??= {})[route.method] = operationOf(route);
  }
  const responses = errorComponents();
  const schemas = usedSchemas(namedSchemas(), [paths, responses]);
  return {
    openapi: '3.0.3',
    info: {
      title: 'insightd',
      description: DESCRIPTION,
      version,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas, responses, securitySchemes },
  };
}

function operationOf(route: Route): Record<string, unknown> {
  const { spec, access } = route;
  const parameters = [
    ...parametersOf('path', spec.path),
    ...parametersOf('query', spec.query),
    ...parametersOf('header', spec.headers),
  ];
  const body = spec.body ? { 'application/json': spec.body } : spec.rawBody;
  const description = descriptionOf(route);
  return {
    operationId: spec.id,
    tags: [spec.tag],
    summary: spec.summary,
    ...(description !== '' && { description }),
    security: securityOf(access, spec.provenBy),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: isRequired(spec), content: contentOf(body) } }),
    responses: repliesOf(route),
    ...(spec.sends && { callbacks: callbacksOf(spec.sends) }),
  };
}

/** The messages that insightd sends because of a request. */
function callbacksOf(sends: NonNullable<OperationSpec['sends']>): Record<string, unknown> {
  const callbacks = Object.entries(sends).map(([name, { to, summary, body }]) => {
    const post = {
      operationId: name,
      summary,
      security: [],
      requestBody: { required: true, content: contentOf({ 'application/json': body }) },
      responses: { '2XX': { description: 'received' }, '410': { description: 'send no more' } },
    };
    return [name, { [to]: { post } }];
  });
  return Object.fromEntries(callbacks) as Record<string, unknown>;
}

function descriptionOf({ spec, access, aliases }: Route): string {
  const parts = [
    spec.description,
    access.scopes !== 'public' && access.scopes && `Needs a key with ${namesOf(access.scopes)}.`,
    aliases.length > 0 && `Also at ${aliases.map((path) => `\`${path}\``).join(', ')}.`,
  ];
  return parts.filter(Boolean).join('\n\n');
}

function namesOf(scopes: readonly string[]): string {
  return `the scope ${scopes.map((scope) => `\`${scope}\``).join(' or ')}`;
}

/** Whether a body is required. A JSON body without required members may be omitted. */
function isRequired({ body }: OperationSpec): boolean {
  return body === undefined || !body.safeParse({}).success;
}

function parametersOf(place: 'path' | 'query' | 'header', fields: z.ZodObject | undefined) {
  return Object.entries(fields?.shape ?? {}).map(([name, field]) => {
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, ...parameterSchema(field as z.ZodType) };
  });
}

function openApiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}
