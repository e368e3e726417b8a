import { z } from 'zod';

/** The shapes of /api/admin/v1/keys. */
const seconds = z.int().min(0).describe('unix seconds');
const name = z.string().min(1).max(100).describe('1 to 100 printable characters');
const scopes = z.array(z.enum(['read', 'ingest', 'admin'])).min(1);

export const newKey = z.object({ name, scopes });

export const madeKey = newKey.extend({
  key: z.string().describe('shown this once: the store keeps only a hash'),
});

export const keyList = z.object({
  keys: z.array(
    z.object({
      key_id: z.string(),
      name: z.string(),
      scopes,
      created_at: seconds,
      revoked_at: seconds.nullable().describe('null while the key is live'),
    }),
  ),
});

export type MadeKey = z.infer<typeof madeKey>;
export type KeyList = z.infer<typeof keyList>;
