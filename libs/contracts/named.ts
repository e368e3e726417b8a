import { z } from 'zod';

/** Names schemas: each becomes a component of OpenAPI, to which others refer by its name. */
export function nameSchemas(schemas: Record<string, z.ZodType>): void {
  for (const [id, schema] of Object.entries(schemas)) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
}
