import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { wire, type OpenApiDocument } from '#libs/contracts';
import { Access, Operation, describeApi, operation, packageRoot } from '#libs/platform';

const getOpenApi = operation({
  id: 'getOpenApi',
  tag: 'operations',
  summary: 'This description of the API',
  reply: wire.openApiDocument,
});

/** Serves the description of the API. */
@Controller('openapi.json')
@Access('public')
export class OpenApiController {
  private document: OpenApiDocument | undefined;

  constructor(private readonly modules: ModulesContainer) {}

  @Get()
  @Operation(getOpenApi)
  read(): OpenApiDocument {
    // The first reader waits for it rather than every start.
    return (this.document ??= describeApi(this.modules, version()));
  }
}

function version(): string {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

/** Serves a page to browse the API at /docs. */
export function serveApiPage(app: INestApplication): void {
  const document = () => app.get(OpenApiController).read() as unknown as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, { raw: false });
}
