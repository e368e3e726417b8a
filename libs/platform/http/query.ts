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
