import type { ModulesContainer } from '@nestjs/core';
import type { OpenApiDocument } from '#libs/contracts';
import { documentOf } from './document.js';
import { routesOf } from './routes.js';

/**
 * Describes every endpoint of the controllers of an application.
 * @throws Error naming an endpoint or a schema that is not described
 */
export function describeApi(modules: ModulesContainer, version: string): OpenApiDocument {
  return documentOf(routesOf(modules), version);
}
