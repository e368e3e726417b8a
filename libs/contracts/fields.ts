import { z } from 'zod';
import { LosslessNumber } from './exact-json.js';
import { TIME_FORMS, readTime } from './instant.js';

type Issue = { input?: unknown };

/** A time or created_at may be this far ahead of now, for clocks that run fast. */
export const MAX_AHEAD_MS = 10 * 60_000;

/** The message of a value of the wrong type. */
export const typed = (expected: string) => (issue: Issue) =>
  issue.input === undefined ? 'is required' : `must be ${expected}`;

/** PostgreSQL cannot keep NUL, and half a surrogate pair would not come back as it was sent. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** A string that can be kept and given back exactly as it came. */
export const text = z
  .string({ error: typed('a string') })
  .refine(isStorable, 'must be well-formed Unicode without NUL');

/** The length of an id, in characters. */
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

/** A string that says something, for values that cannot be cleared. */
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

/** At most this many wrong members are reported. */
const MAX_ISSUES = 10;

/**
 * An object of strings, names and values storable, given on as it came: a copy would lose a member
 * named `__proto__`.
 */
export const strings = z
  .custom<Record<string, string>>()
  .superRefine((value, context) => {
    if (!isObject(value)) return context.addIssue('must be an object of strings');
    for (const [name, member] of Object.entries(value)) {
      if (context.issues.length >= MAX_ISSUES) return;
      if (!isStorable(name)) {
        // The name must not get into the error's path: errors are stored.
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

/** Whether a value of JSON is an object, neither list nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof LosslessNumber)
  );
}

/** Optional where `null` means the same as leaving it out, as CloudEvents has it. */
export const optional = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);
