import 'reflect-metadata';
import { Controller, Delete, Get, Post } from '@nestjs/common';
import { expect, test } from '@jest/globals';
import { Access } from '../../libs/platform/access/access.guard.js';
import { Audited, NotAudited } from '../../libs/platform/audit/audited.js';
import { Operation, operation } from '../../libs/platform/http/operation.js';
import { routesOf } from '../../libs/platform/openapi/routes.js';

const spec = operation({ id: 'change', tag: 'admin', summary: 'Change something' });

/** A controller with one handler. */
function controllerWith(...decorators: MethodDecorator[]): unknown {
  class Changes {
    change(): void {
      /* Only its description matters. */
    }
  }
  const property = Object.getOwnPropertyDescriptor(Changes.prototype, 'change')!;
  for (const decorate of decorators) decorate(Changes.prototype, 'change', property);
  Operation(spec)(Changes.prototype, 'change', property);
  Controller('changes')(Changes);
  return Changes;
}

function routesWith(...decorators: MethodDecorator[]) {
  const metatype = controllerWith(...decorators);
  const modules = new Map([['module', { controllers: new Map([['one', { metatype }]]) }]]);
  return () => routesOf(modules as unknown as Parameters<typeof routesOf>[0]);
}

test.each([[Post()], [Delete()]])(
  'a change by administrators is in the audit log, or says why not',
  (method) => {
    expect(routesWith(method, Access('admin'))).toThrow(
      'Changes.change has neither @Audited nor @NotAudited',
    );
    expect(routesWith(method, Access('admin'), Audited(spec, 'key.created'))()).toHaveLength(1);
    expect(routesWith(method, Access('admin'), NotAudited('changes nothing'))()).toHaveLength(1);
    expect(routesWith(method, Access('read'))()).toHaveLength(1);
  },
);

test('reading is not in the audit log', () => {
  expect(routesWith(Get(), Access('admin'))()).toHaveLength(1);
});
