import { z } from 'zod';

/** Names schemas. Each becomes an OpenAPI component that other schemas refer to by name. */
export function nameSchemas(schemas: Record<string, z.ZodType>): void {
  for (const [id, schema] of Object.entries(schemas)) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
}
