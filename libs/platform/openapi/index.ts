import type { ModulesContainer } from '@nestjs/core';
import type { OpenApiDocument } from '#libs/contracts';
import { documentOf } from './document.js';
import { routesOf } from './routes.js';

export { packageVersion } from './version.js';
export { routesOf, type Route } from './routes.js';

/**
 * Describes all endpoints of the controllers of an application.
 * @throws Error that names an endpoint without a description, or a schema that has none in OpenAPI
 */
export function describeApi(modules: ModulesContainer, version: string): OpenApiDocument {
  return documentOf(routesOf(modules), version);
}
