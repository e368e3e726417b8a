import { Controller, Get, Req, type INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { wire, type OpenApiDocument } from '#libs/contracts';
import { Access, Operation, Outside, describeApi, operation, packageVersion } from '#libs/platform';

const getOpenApi = operation({
  id: 'getOpenApi',
  tag: 'operations',
  summary: 'This description of the API',
  reply: wire.openApiDocument,
});

/** Serves the OpenAPI document. */
@Controller('openapi.json')
@Access('public')
export class OpenApiController {
  private document: OpenApiDocument | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly outside: Outside,
  ) {}

  @Get()
  @Operation(getOpenApi)
  read(@Req() request: FastifyRequest): OpenApiDocument {
    return this.seenBy(request, this.complete());
  }

  /** The document without the address of a reader. Built at the first request, not at start. */
  complete(): OpenApiDocument {
    return (this.document ??= describeApi(this.modules, packageVersion()));
  }

  /** The document with the path that the reader's proxy adds. */
  seenBy<D extends object>({ raw }: FastifyRequest, document: D): D {
    const base = this.outside.baseOf(raw);
    return base === '/' ? document : { ...document, servers: [{ url: base.slice(0, -1) }] };
  }
}

/** Serves a page to browse the API at /docs. */
export function serveApiPage(app: INestApplication): void {
  const controller = () => app.get(OpenApiController);
  SwaggerModule.setup('docs', app, () => controller().complete() as unknown as OpenAPIObject, {
    raw: false,
    patchDocumentOnRequest: (request, _reply, document: OpenAPIObject) =>
      controller().seenBy(request as FastifyRequest, document),
  });
}
