import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

type Json = Record<string, unknown>;

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  security: object[];
  parameters: { name: string; in: string; schema: Json }[];
  body: string[];
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

/** The parts of an OpenAPI document that the tests use. */
export interface Document {
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; responses: Record<string, Json> };
}

/** The operations of a document, with references to replies resolved. */
export function operationsOf({ paths, components }: Document): Operation[] {
  const reply = (one: unknown): unknown => {
    const reference = (one as { $ref?: string }).$ref;
    return reference === undefined ? one : components.responses[reference.split('/').at(-1)!];
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spec]) => {
      const responses = Object.entries(spec['responses'] as Json);
      const body = spec['requestBody'] as { content: Json } | undefined;
      return {
        ...(spec as Pick<Operation, 'operationId' | 'security'>),
        method: method.toUpperCase(),
        path,
        parameters: (spec['parameters'] ?? []) as Operation['parameters'],
        body: Object.keys(body?.content ?? {}),
        responses: Object.fromEntries(
          responses.map(([status, one]) => [status, reply(one)]),
        ) as Operation['responses'],
      };
    }),
  );
}

/** The errors of a reply by the document; an undescribed member is an error. */
export type ReplyCheck = (
  operation: Operation,
  status: number,
  mediaType: string | null,
  body: string,
) => string[];

/** Checks replies strictly against a document. */
export function replyCheck(document: Document): ReplyCheck {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  const schemas = closed(document.components.schemas) as Json;
  const compiled = new Map<string, ValidateFunction>();
  const validator = (schema: Json): ValidateFunction => {
    const name = JSON.stringify(schema);
    const found =
      compiled.get(name) ?? ajv.compile({ ...(closed(schema) as Json), components: { schemas } });
    compiled.set(name, found);
    return found;
  };
  return (operation, status, mediaType, body) => {
    const reply = operation.responses[status];
    if (!reply) return [`the status ${status} is not described`];
    const type = mediaType?.split(';')[0] ?? '';
    if (!reply.content) return body === '' ? [] : ['no content is described'];
    const content = reply.content[type];
    if (!content) return [`the content type ${type} of ${status} is not described`];
    const validate = validator(content.schema);
    validate(/[/+]json$/.test(type) ? JSON.parse(body) : body);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** The schemas; objects that list their members allow no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const { discriminator: _mapped, ...given } = value as Json;
  const schema = Object.fromEntries(
    Object.entries(given).map(([name, part]) => [name, closed(part)]),
  );
  const isOpen = schema['type'] === 'object' && 'properties' in schema;
  return isOpen ? { additionalProperties: false, ...schema } : schema;
}
