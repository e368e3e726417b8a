import { z } from 'zod';
import { isObject } from '#libs/contracts';
import type { Route } from '#libs/platform';

/** Arguments that cannot be used; the message says why. */
export class WrongArguments extends Error {}

type Arguments = Readonly<Record<string, unknown>>;

/** The argument that chooses among the routes of a tool. */
const CHOICE = 'metric';
/** A JSON text in a query, but a list as an argument. */
const WHERE = 'where';

/** The JSON Schema of the arguments of a tool: the parameters of its routes. */
export function argumentsSchema(routes: readonly Route[]) {
  const properties: Record<string, object> = {};
  const required = new Set<string>();
  for (const { spec } of routes) {
    for (const [name, field] of Object.entries(fieldsOf(spec))) {
      properties[name] ??= schemaOf(name, field);
      const isNeeded = !field.safeParse(undefined).success;
      // With several routes, an argument may be needed by one and unknown to another.
      if (isNeeded && (routes.length === 1 || name === CHOICE)) required.add(name);
    }
  }
  if (routes.length > 1) {
    properties[CHOICE] = { type: 'string', enum: routes.flatMap(choicesOf) };
    required.add(CHOICE);
  }
  return {
    type: 'object' as const,
    properties,
    required: [...required],
    additionalProperties: false,
  };
}

/**
 * The path and query of the request that answers a question.
 * @throws WrongArguments that names the arguments of the tool
 */
export function addressOf(routes: readonly Route[], given: Arguments): string {
  const route = chosen(routes, given);
  const path = Object.keys(route.spec.path?.shape ?? {});
  const query = Object.keys(route.spec.query?.shape ?? {});
  const known = new Set([...path, ...query, ...(routes.length > 1 ? [CHOICE] : [])]);
  const unknown = Object.keys(given).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const takes =
      known.size > 0 ? `The arguments are ${[...known].join(', ')}.` : 'There are none.';
    throw new WrongArguments(`Unknown argument ${unknown.join(', ')}. ${takes}`);
  }
  const address = route.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = given[name];
    if (value === undefined || value === null || value === '')
      throw new WrongArguments(`The argument ${name} is missing.`);
    const text = textOf(name, value);
    // In an address, these two are folders, however they are encoded.
    if (text === '.' || text === '..')
      throw new WrongArguments(`The argument ${name} cannot be ${text}.`);
    return encodeURIComponent(text);
  });
  const asked = new URLSearchParams();
  for (const name of query) {
    const value = given[name];
    if (value !== undefined && value !== null) asked.set(name, textOf(name, value));
  }
  return asked.size === 0 ? address : `${address}?${asked.toString()}`;
}

function chosen(routes: readonly Route[], given: Arguments): Route {
  if (routes.length === 1) return routes[0]!;
  const route = routes.find((one) => choicesOf(one).includes(String(given[CHOICE])));
  if (route) return route;
  const choices = routes.flatMap(choicesOf).join(', ');
  throw new WrongArguments(`The argument ${CHOICE} must be one of ${choices}.`);
}

/** The values of the choice that lead to a route: the last part of its path, or the values of its parameter. */
function choicesOf({ path, spec }: Route): string[] {
  const last = path.split('/').at(-1)!;
  if (!last.startsWith(':')) return [last];
  const field: unknown = spec.path?.shape[last.slice(1)];
  return field instanceof z.ZodEnum ? field.options.map(String) : [];
}

function fieldsOf({ path, query }: Route['spec']): Record<string, z.ZodType> {
  return { ...path?.shape, ...query?.shape };
}

function schemaOf(name: string, field: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' });
  if (name !== WHERE) return schema;
  return { type: 'array', items: { type: 'array' }, description: schema.description };
}

/** @throws WrongArguments for a value that a parameter cannot have */
function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') {
    // A lone surrogate has no form in an address.
    if (value.isWellFormed()) return value;
    throw new WrongArguments(`The argument ${name} must be well-formed Unicode.`);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (name === WHERE && (Array.isArray(value) || isObject(value))) return JSON.stringify(value);
  throw new WrongArguments(`The argument ${name} must be a text or a number.`);
}
