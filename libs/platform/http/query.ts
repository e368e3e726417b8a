import { invalidField } from '#libs/contracts';

export type Query = Record<string, string | string[] | undefined>;

/**
 * Reads a query parameter by its wire name (`page_size`) or its name in the reference API (`pageSize`).
 * @returns undefined when the parameter is missing or empty
 * @throws ApiError `invalid` when the parameter is given more than once
 */
export function parameter(query: Query, name: string): string | undefined {
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const value = query[name] ?? query[camel];
  if (Array.isArray(value)) throw invalidField(name, 'must be given once');
  return value === '' ? undefined : value;
}
