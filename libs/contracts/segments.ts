import { z } from 'zod';
import type { Subject } from './catalogue.js';
import { LosslessNumber } from './exact-json.js';
import { isStorable } from './fields.js';
import { keyName } from './keys.js';
import { nameSchemas } from './named.js';
import type { TraitValue } from './traits.js';

// The shapes of segments: conditions on users or orgs, in queries (`where`) and saved under a name.

const OPERATORS = ['is', 'is_not', 'gte', 'lte', 'set', 'unset'] as const;
type Operator = (typeof OPERATORS)[number];

/** A condition on a key, in the form of the API. */
export type Condition =
  | readonly [key: string, operator: 'is' | 'is_not', values: TraitValue | readonly TraitValue[]]
  | readonly [key: string, operator: 'gte' | 'lte', number: number]
  | readonly [key: string, operator: 'set' | 'unset'];

/** Conditions that must all hold. */
export type Where = readonly Condition[];

/** Limits of `where`. */
const MAX_CONDITIONS = 20;
const MAX_VALUES = 100;
/** In Unicode code points. */
export const MAX_KEY_CHARACTERS = 255;
export const MAX_VALUE_CHARACTERS = 1_000;
/** In a query, in UTF-16 code units. */
const MAX_TEXT = 8_000;

const EXAMPLE = '[["trait.plan","is",["pro","team"]],["trait.seats","gte",10]]';
const VALUES_RULE = `must have 1 to ${MAX_VALUES} values after the operator, each a string of at most ${MAX_VALUE_CHARACTERS} characters, a finite number or a boolean`;
const RULES =
  `A list of at most ${MAX_CONDITIONS} conditions that must all hold; [] is every existing subject. ` +
  `A condition is [key, operator] or [key, operator, value]: is and is_not take a value or a list of 1 to ${MAX_VALUES} values ` +
  `(strings of at most ${MAX_VALUE_CHARACTERS} characters, numbers, booleans), gte and lte a number, set and unset no value. ` +
  'Keys for users: trait.<key>, signup.<parameter>, role, org.<key>, domain; for organizations: trait.<key>. ' +
  `A key has at most ${MAX_KEY_CHARACTERS} characters.`;

/** What is wrong with `where`; `at` is the index of the condition. */
export interface WhereProblem {
  at?: number;
  problem: string;
}

/** Checks the form of conditions. Whether a key exists depends on the settings. */
export function readWhere(given: unknown): { where: Where } | WhereProblem {
  if (!Array.isArray(given)) return { problem: `must be a list of conditions such as ${EXAMPLE}` };
  if (given.length > MAX_CONDITIONS)
    return { problem: `must have at most ${MAX_CONDITIONS} conditions` };
  const where: Condition[] = [];
  for (const [at, one] of given.entries()) {
    const read = readCondition(one);
    if ('problem' in read) return { at, problem: read.problem };
    where.push(read.condition);
  }
  return { where };
}

type Read = { condition: Condition } | { problem: string };

function readCondition(given: unknown): Read {
  if (!Array.isArray(given) || given.length < 2 || given.length > 3)
    return { problem: 'must be [key, operator] or [key, operator, value]' };
  const [key, operator, value] = given as [unknown, unknown, unknown];
  if (typeof key !== 'string' || !isText(key, MAX_KEY_CHARACTERS)) {
    const rule = `must begin with a key: well-formed Unicode without NUL, at most ${MAX_KEY_CHARACTERS} characters`;
    return { problem: rule };
  }
  if (!isOperator(operator))
    return { problem: `must have one of the operators ${OPERATORS.join(', ')} after its key` };
  if (operator === 'set' || operator === 'unset') {
    if (given.length === 2) return { condition: [key, operator] };
    return { problem: `must end after "${operator}", which takes no value` };
  }
  if (operator === 'gte' || operator === 'lte') {
    const number = readValue(value);
    if (typeof number === 'number') return { condition: [key, operator, number] };
    return { problem: `must have a finite number after "${operator}"` };
  }
  const values = readValues(value);
  return values === undefined ? { problem: VALUES_RULE } : { condition: [key, operator, values] };
}

function isOperator(given: unknown): given is Operator {
  return (OPERATORS as readonly unknown[]).includes(given);
}

function readValues(given: unknown): TraitValue | TraitValue[] | undefined {
  if (!Array.isArray(given)) return readValue(given);
  if (given.length === 0 || given.length > MAX_VALUES) return undefined;
  const values: TraitValue[] = [];
  for (const one of given) {
    const value = readValue(one);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function readValue(given: unknown): TraitValue | undefined {
  if (typeof given === 'boolean') return given;
  if (typeof given === 'string') return isText(given, MAX_VALUE_CHARACTERS) ? given : undefined;
  const number = given instanceof LosslessNumber ? Number(given.value) : given;
  // Adding 0 turns -0 into 0.
  return typeof number === 'number' && Number.isFinite(number) ? number + 0 : undefined;
}

/** Whether a text can be part of a condition. */
export function isText(text: string, maxCharacters: number): boolean {
  return isStorable(text) && (text.length <= maxCharacters || [...text].length <= maxCharacters);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Checks conditions in a body; adds an issue for each problem. */
export const checkedConditions = (given: unknown, context: z.RefinementCtx): Where => {
  const read = readWhere(given);
  if ('where' in read) return read.where;
  const { at, problem } = read;
  context.addIssue({ code: 'custom', message: problem, path: at === undefined ? [] : [at] });
  return z.NEVER;
};

/** The id of a saved segment. */
export const segmentId = z.guid(
  'must be the id of a segment, as GET /api/insights/v1/segments lists it',
);

/** The query parameters that narrow lists and charts to a segment. */
export const segmentParameters = {
  where: z
    .string()
    .max(MAX_TEXT, `must have at most ${MAX_TEXT} characters; save the conditions as a segment`)
    .transform((text, context) => checkedConditions(parsed(text), context))
    .optional()
    .meta({ description: `JSON such as ${EXAMPLE}. ${RULES}` }),
  segment: segmentId.optional().describe('the id of a saved segment; with `where`, both must hold'),
};

/** Conditions and a saved segment, as given in a query. */
export interface SegmentRequest {
  where?: Where | undefined;
  segment?: string | undefined;
}

/** As OpenAPI 3.0 describes conditions: it has no lists with a type for each place. */
export const CONDITIONS_META = {
  type: 'array',
  maxItems: MAX_CONDITIONS,
  description: RULES,
  example: JSON.parse(EXAMPLE) as unknown,
  items: {
    type: 'array',
    minItems: 2,
    maxItems: 3,
    items: {
      anyOf: [
        { type: 'string' },
        { type: 'number' },
        { type: 'boolean' },
        {
          type: 'array',
          minItems: 1,
          maxItems: MAX_VALUES,
          items: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
        },
      ],
    },
  },
} as const;

const SUBJECTS = ['user', 'org'] as const satisfies readonly Subject[];
const SUBJECT_RULE = `must be one of ${SUBJECTS.join(', ')}`;
const MAX_NAME = 100;
const NAME_RULE = `must have 1 to ${MAX_NAME} printable characters`;
/** The maximum number of saved segments. */
export const MAX_SEGMENTS = 500;

/** The query parameter that names the kind of subjects. */
export const segmentSubject = z.enum(SUBJECTS, SUBJECT_RULE);

export const newSegment = z.strictObject({
  name: z
    .string(NAME_RULE)
    .refine((name) => keyName(name) !== undefined, NAME_RULE)
    .describe(`1 to ${MAX_NAME} printable characters`),
  subject: segmentSubject,
  where: z.custom<unknown>().meta(CONDITIONS_META).transform(checkedConditions),
});

const seconds = z.int().min(0).describe('unix seconds');

export const segment = z.object({
  id: z.string().describe('for the parameter `segment`'),
  name: z.string(),
  subject: z.enum(SUBJECTS),
  where: z.custom<Where>().meta(CONDITIONS_META),
  created_at: seconds,
  changed_at: seconds,
});

export const segmentList = z.object({ segments: z.array(segment).describe('by name') });

const traitValue = z.union([z.string(), z.number(), z.boolean()]);

export const segmentKeys = z.object({
  subject: z.enum(SUBJECTS),
  keys: z.array(
    z.object({
      key: z.string().describe('for a condition'),
      kinds: z
        .array(z.enum(['string', 'number', 'boolean']))
        .describe('the kinds of its values; empty when there are no values'),
      values: z
        .array(z.object({ value: traitValue, count: z.int().min(1) }))
        .describe('the most frequent values, each with the number of its users or organizations'),
    }),
  ),
  is_complete: z
    .boolean()
    .describe('false when counting the values took too long; some keys or values are then missing'),
});

nameSchemas({
  ...{ NewSegment: newSegment, Segment: segment, SegmentList: segmentList },
  SegmentKeys: segmentKeys,
});

export type NewSegment = z.output<typeof newSegment>;
export type Segment = z.infer<typeof segment>;
export type SegmentList = z.infer<typeof segmentList>;
export type SegmentKeys = z.infer<typeof segmentKeys>;
