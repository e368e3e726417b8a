import { invalidField } from '#libs/contracts';

export type Query = Record<string, string | string[] | undefined>;

/**
 * One parameter of a query, under its wire name (`page_size`) or the reference's (`pageSize`).
 * An empty one counts as left out.
 * @throws ApiError `invalid` when it is given more than once
 */
export function parameter(query: Query, name: string): string | undefined {
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const value = query[name] ?? query[camel];
  if (Array.isArray(value)) throw invalidField(name, 'must be given once');
  return value === '' ? undefined : value;
}

/**
 * A whole number from a query.
 * @throws ApiError `invalid` when it is none, or out of bounds
 */
export function wholeNumber(
  query: Query,
  name: string,
  bounds: { default: number; low: number; high: number },
): number {
  const value = parameter(query, name);
  if (value === undefined) return bounds.default;
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= bounds.low && number <= bounds.high)) {
    throw invalidField(name, `must be a whole number from ${bounds.low} to ${bounds.high}`);
  }
  return number;
}

/**
 * One of a closed list of values from a query; the first is the default.
 * @throws ApiError `invalid` naming the values there are
 */
export function choice<T extends string>(query: Query, name: string, values: readonly T[]): T {
  const value = parameter(query, name) ?? values[0];
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw invalidField(name, `must be one of ${values.join(', ')}`);
  return found;
}
