import { z } from 'zod';
import { LosslessNumber } from './exact-json.js';
import { TIME_FORMS, readTime } from './instant.js';

type Issue = { input?: unknown };

/** Limit for `time` and `created_at` ahead of now, which tolerates fast clocks. */
export const MAX_AHEAD_MS = 10 * 60_000;

/** The error message for a value of the wrong type. */
export const typed = (expected: string) => (issue: Issue) =>
  issue.input === undefined ? 'is required' : `must be ${expected}`;

/** Whether PostgreSQL stores a text unchanged: it has neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** A string that can be stored and returned unchanged. */
export const text = z
  .string({ error: typed('a string') })
  .refine(isStorable, 'must be well-formed Unicode without NUL');

/** The maximum length of an id, in characters. */
export const MAX_CHARACTERS = 255;

const characters = (value: string): number =>
  value.length <= MAX_CHARACTERS ? value.length : [...value].length;

/** A string of 1 to 255 characters, the shape of every id. */
export const id = text
  .refine((value) => value !== '', 'must not be empty')
  .refine(
    (value) => characters(value) <= MAX_CHARACTERS,
    `must have at most ${MAX_CHARACTERS} characters`,
  )
  .meta({ minLength: 1, maxLength: MAX_CHARACTERS });

/** A string that is not blank, for values that cannot be cleared. */
export const filled = text
  .refine((value) => value.trim() !== '', 'must not be blank')
  .meta({ pattern: '\\S' });

/** A time in any form that `readTime` reads, as milliseconds since 1970. */
export const moment = z
  .union([z.string(), z.number()], { error: typed(TIME_FORMS) })
  .meta({ description: TIME_FORMS })
  .transform((value, context) => {
    const read = readTime(value);
    if ('ms' in read) return read.ms;
    context.addIssue(read.problem);
    return z.NEVER;
  });

/** Maximum number of invalid members that are reported. */
const MAX_ISSUES = 10;

/**
 * An object of strings with storable names and values. Passed on without a copy, which would lose a
 * member named `__proto__`.
 */
export const strings = z
  .custom<Record<string, string>>()
  .superRefine((value, context) => {
    if (!isObject(value)) return context.addIssue('must be an object of strings');
    for (const [name, member] of Object.entries(value)) {
      if (context.issues.length >= MAX_ISSUES) return;
      if (!isStorable(name)) {
        // Errors are stored, so the path of an error must not contain the name.
        context.addIssue('must have names of well-formed Unicode without NUL');
        continue;
      }
      const checked = text.safeParse(member);
      for (const { message } of checked.error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: [name], message });
      }
    }
  })
  .meta({ type: 'object', additionalProperties: { type: 'string' } });

/** Whether a JSON value is an object, not an array or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof LosslessNumber)
  );
}

/** An optional value for which `null` means missing, as in CloudEvents. */
export const optional = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);
