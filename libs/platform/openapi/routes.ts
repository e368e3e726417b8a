import { RequestMethod } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { accessOf, type RouteAccess } from '../access/access.guard.js';
import { isAccountedFor } from '../audit/audited.js';
import { operationOf, type OperationSpec } from '../http/operation.js';

/** An endpoint and its description. */
export interface Route {
  method: string;
  /** In Nest's syntax: `/api/x/:id`. */
  path: string;
  /** Other paths of the same endpoint. */
  aliases: string[];
  access: RouteAccess;
  spec: OperationSpec;
}

/** The metadata keys of Nest's own decorators. */
const PATH = 'path';
const METHOD = 'method';

/**
 * All endpoints of the controllers of an application.
 * @throws Error that names the handler without `@Operation`
 */
export function routesOf(modules: ModulesContainer): Route[] {
  const controllers = new Set(
    [...modules.values()].flatMap((module) =>
      [...module.controllers.values()].map(({ metatype }) => metatype as Controller),
    ),
  );
  return [...controllers].flatMap(routesOfController);
}

type Controller = { name: string; prototype: Record<string, object> };

function routesOfController(controller: Controller): Route[] {
  const prefixes = pathsIn(controller);
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    if (name === 'constructor') return [];
    const handler = controller.prototype[name]!;
    const method = Reflect.getMetadata(METHOD, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const spec = operationOf(handler);
    if (!spec) throw new Error(`${controller.name}.${name} has no @Operation that describes it.`);
    const [path, ...aliases] = prefixes.flatMap((prefix) =>
      pathsIn(handler).map((end) => joined(prefix, end)),
    );
    const access = accessOf(handler, controller);
    demandAudit(`${controller.name}.${name}`, method, access, handler);
    return [{ method: RequestMethod[method].toLowerCase(), path: path!, aliases, access, spec }];
  });
}

/** @throws Error for a change by administrators that is not in the audit log */
function demandAudit(
  name: string,
  method: RequestMethod,
  { scopes }: RouteAccess,
  handler: object,
): void {
  if (method === RequestMethod.GET || scopes === 'public' || !scopes?.includes('admin')) return;
  if (isAccountedFor(handler)) return;
  throw new Error(
    `${name} has neither @Audited nor @NotAudited: administrators change data by it.`,
  );
}

function pathsIn(target: object): string[] {
  const paths = Reflect.getMetadata(PATH, target) as string | string[] | undefined;
  return [paths ?? ''].flat();
}

function joined(...parts: string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
}
