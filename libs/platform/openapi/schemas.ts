import { z } from 'zod';
import { isObject } from '#libs/contracts';

/** A schema in the form of OpenAPI 3.0. */
export type Schema = Record<string, unknown>;

const COMPONENT = '#/components/schemas/';

/** More generators support OpenAPI 3.0 than 3.1. `io: 'input'` describes what a client may send. */
const OPTIONS = {
  target: 'openapi-3.0',
  io: 'input',
  // The metadata of a custom check describes its values.
  unrepresentable: ({ zodSchema }: { zodSchema: z.core.$ZodTypes }) =>
    zodSchema._zod.def.type === 'custom' ? 'any' : 'throw',
} as const;

/** The components of all schemas that have an id in their metadata, by id. */
export function namedSchemas(): Map<string, Schema> {
  const uri = (id: string) => COMPONENT + id;
  const { schemas } = z.toJSONSchema(z.globalRegistry, { ...OPTIONS, uri });
  return new Map(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

/** The schema of a body: a reference to a component, or an inline text, list or union. */
export function bodySchema(schema: z.ZodType): Schema {
  const id = schema.meta()?.id;
  if (id !== undefined) return { $ref: COMPONENT + id };
  if (schema instanceof z.ZodString) return plain(z.toJSONSchema(schema, OPTIONS));
  if (schema instanceof z.ZodArray) {
    const list = plain(z.toJSONSchema(schema, OPTIONS));
    return { ...list, items: bodySchema(schema.element as z.ZodType), definitions: undefined };
  }
  if (schema instanceof z.ZodUnion) {
    return { oneOf: schema.options.map((option) => bodySchema(option as z.ZodType)) };
  }
  throw new Error('The schema of a body needs a name: give it an id by .meta({ id }).');
}

/** The schema of a parameter, with its description apart. */
export function parameterSchema(schema: z.ZodType): { schema: Schema; description?: string } {
  const { description, ...rest } = plain(z.toJSONSchema(schema, OPTIONS));
  return { schema: rest, ...(typeof description === 'string' && { description }) };
}

/** The components that `start` refers to, directly or through other components; sorted by name. */
export function usedSchemas(named: ReadonlyMap<string, Schema>, start: unknown) {
  const used = new Map<string, Schema>();
  const waiting = referencesIn(start);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const schema = named.get(id);
    if (!schema || used.has(id)) continue;
    used.set(id, schema);
    waiting.push(...referencesIn(schema));
  }
  return Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function referencesIn(value: unknown): string[] {
  const text = JSON.stringify(value);
  return [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!);
}

/** Converts a JSON Schema and its parts to OpenAPI 3.0. */
function plain(schema: object): Schema {
  const {
    $id: _id,
    id: _name,
    $schema: _schema,
    '~standard': _standard,
    ...rest
  } = schema as Schema;
  return simplified(rest) as Schema;
}

function simplified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplified);
  if (!isObject(value)) return value;
  const schema = Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, simplified(part)]),
  );
  // The safe-integer limits hold for every integer of JSON.
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  // The format implies the pattern.
  if (schema['format'] === 'date') delete schema['pattern'];
  const { nullable, anyOf, ...others } = schema;
  if (nullable !== true) return schema;
  if (Array.isArray(schema['enum'])) schema['enum'] = [...(schema['enum'] as unknown[]), null];
  // OpenAPI 3.0 ignores `nullable` without a type in the same schema.
  if (!Array.isArray(anyOf)) return schema;
  const [first, ...rest] = anyOf as Schema[];
  return { ...others, anyOf: [{ ...first, nullable }, ...rest] };
}
