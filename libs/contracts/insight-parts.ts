import { z } from 'zod';
import { CLEARABLE_FIELDS, shapeOf } from './profile-fields.js';

// The parts that the shapes of /api/insights/v1 share.

export const count = z.int().min(0);
export const seconds = z.int().min(0).describe('unix seconds');
export const day = z.iso.date().describe("YYYY-MM-DD, in the store's time zone");
export const email = z.string().nullable().describe('null when none is known');

/** A user in replies and on pages. */
export const displayUser = z.object({
  user_id: z.string(),
  email,
  ...shapeOf(CLEARABLE_FIELDS, z.string().nullable()),
});
