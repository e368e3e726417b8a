import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import {
  Outside,
  SETTINGS,
  packageVersion,
  routesOf,
  type Route,
  type Settings,
} from '#libs/platform';
import { withoutPersonalData } from './personal.js';
import { WrongArguments, addressOf, argumentsSchema } from './question.js';
import { TOOLS, type Tool } from './tools.js';

/** The answer to a question: the reply of the API, or what is wrong with the question. */
export interface Answer {
  isError: boolean;
  /** A JSON object, or a sentence. */
  reply: Record<string, unknown> | string;
}

interface KnownTool extends Tool {
  routes: readonly Route[];
}

/**
 * Answers the questions of agents. Each is sent to the API of this process, with the key of the agent, so that answers,
 * errors and limits are those of the API.
 */
@Injectable()
export class AnswersService {
  readonly version = packageVersion();
  private known: readonly KnownTool[] | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly host: HttpAdapterHost,
    private readonly outside: Outside,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'MCP_PERSONAL_DATA'>,
  ) {}

  /** The descriptions of all tools, in the form of the protocol. */
  descriptions() {
    return this.tools().map(({ name, title, description, routes }) => ({
      ...{ name, title, description },
      inputSchema: argumentsSchema(routes),
      annotations: { title, readOnlyHint: true, openWorldHint: false },
    }));
  }

  /** @param authorization the header with the key of the agent */
  async answer(
    name: string,
    given: Readonly<Record<string, unknown>>,
    authorization: string,
  ): Promise<Answer> {
    const tool = this.tools().find((one) => one.name === name);
    if (!tool) {
      const names = TOOLS.map((one) => one.name).join(', ');
      return { isError: true, reply: `There is no tool ${name}. The tools are ${names}.` };
    }
    try {
      return await this.ask(addressOf(tool.routes, given), authorization);
    } catch (error) {
      if (error instanceof WrongArguments) return { isError: true, reply: error.message };
      throw error;
    }
  }

  private async ask(url: string, authorization: string): Promise<Answer> {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    const { statusCode, payload } = await server.inject({
      method: 'GET',
      url: this.outside.innerUrl(url),
      headers: { authorization },
    });
    const reply = JSON.parse(payload) as Record<string, unknown>;
    if (statusCode >= 400) return { isError: true, reply };
    return {
      isError: false,
      reply: this.settings.MCP_PERSONAL_DATA
        ? reply
        : (withoutPersonalData(reply) as Record<string, unknown>),
    };
  }

  /** @throws Error that names an operation that the API does not have */
  private tools(): readonly KnownTool[] {
    return (this.known ??= this.allTools());
  }

  private allTools(): KnownTool[] {
    const routes = new Map(routesOf(this.modules).map((route) => [route.spec.id, route]));
    return TOOLS.map((tool) => {
      const found = tool.operations.map((id) => {
        const route = routes.get(id);
        if (!route) throw new Error(`The tool ${tool.name} needs the operation ${id}.`);
        return route;
      });
      return { ...tool, routes: found };
    });
  }
}
