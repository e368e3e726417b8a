import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { AnswersService } from './answers.service.js';
import { McpController } from './mcp.controller.js';

/** The Model Context Protocol, for processes that answer HTTP. */
@Module({ controllers: [McpController], providers: [AnswersService] })
export class McpModule implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  /** The protocol demands 405 of a server without sessions and streams of its own. */
  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    server.route({
      method: ['GET', 'DELETE'],
      url: '/mcp',
      handler: (_request, reply) => reply.status(405).header('Allow', 'POST').send(),
    });
  }
}
