import type { Condition, Where } from '#libs/contracts';
import { OPERATORS, type Operator } from '../labels/conditions.js';
import type { Place } from './location.js';

/** The filter of a list or chart in an address. */
export interface Filter {
  /** The conditions as text, also when they are not valid. The API says what is wrong. */
  where?: string | undefined;
  conditions: Where;
  /** Whether the conditions have the right form. */
  isValid: boolean;
  /** The id of a saved segment. */
  segment?: string | undefined;
}

/** @param prefix of the parameters, for a page with several filters */
export function filterOf({ query }: Place, prefix = ''): Filter {
  return filterFrom({
    where: query.get(`${prefix}where`) || undefined,
    segment: query.get(`${prefix}segment`) || undefined,
  });
}

/** A filter with its conditions read from the text. */
export function filterFrom({ where, segment }: Pick<Filter, 'where' | 'segment'>): Filter {
  const conditions = where === undefined ? [] : conditionsIn(where);
  return { where, conditions: conditions ?? [], isValid: conditions !== undefined, segment };
}

/** The parameters of the API. */
export const filterQuery = ({ where, segment }: Filter) => ({ where, segment });

/** The parameters of an address. */
export const filterChanges = (
  { where, segment }: Pick<Filter, 'where' | 'segment'>,
  prefix = '',
) => ({ [`${prefix}where`]: where, [`${prefix}segment`]: segment });

export const isFiltered = ({ where, segment }: Filter): boolean =>
  where !== undefined || segment !== undefined;

export const whereText = (conditions: Where): string | undefined =>
  conditions.length === 0 ? undefined : JSON.stringify(conditions);

/** The conditions of a text; undefined when they do not have the right form. */
function conditionsIn(text: string): Where | undefined {
  try {
    const given = JSON.parse(text) as unknown;
    return Array.isArray(given) && given.every(isCondition) ? given : undefined;
  } catch {
    return undefined;
  }
}

function isCondition(given: unknown): given is Condition {
  if (!Array.isArray(given)) return false;
  const [key, operator, value] = given as unknown[];
  if (typeof key !== 'string' || typeof operator !== 'string') return false;
  if (!Object.hasOwn(OPERATORS, operator)) return false;
  const hasValue = !(['set', 'unset'] as Operator[]).includes(operator as Operator);
  return hasValue === (value !== undefined) && [value].flat().every(isValueOrNone);
}

const isValueOrNone = (value: unknown): boolean =>
  ['string', 'number', 'boolean', 'undefined'].includes(typeof value);
