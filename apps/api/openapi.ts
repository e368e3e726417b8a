import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Outside } from '#libs/platform';

/** Serves the description of the API at /openapi.json and a page to browse it at /docs. */
export function serveOpenApi(app: INestApplication): void {
  const outside = app.get(Outside);
  const config = new DocumentBuilder()
    .setTitle('insightd')
    .setDescription('User and organization insights: events in, reports and charts out.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'key')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    patchDocumentOnRequest: (request, _reply, document: OpenAPIObject) => {
      const base = outside.baseOf((request as FastifyRequest).raw);
      return base === '/' ? document : { ...document, servers: [{ url: base.slice(0, -1) }] };
    },
  });
}
