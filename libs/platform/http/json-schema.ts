import { z } from 'zod';

/** A shape of contracts as OpenAPI describes it. */
export function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
}
