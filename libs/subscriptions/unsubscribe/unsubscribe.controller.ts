import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access, Operation, operation, type QueryOf } from '#libs/platform';
import { PAGE_HEADERS, confirmationPage, donePage, invalidPage } from './page.js';
import { Unsubscribing } from './unsubscribing.service.js';

const query = z.object({
  subscription: z.string().optional(),
  address: z.string().optional(),
  token: z.string().optional().describe('proves that the link comes from an e-mail of this store'),
});

const showUnsubscribe = operation({
  id: 'showUnsubscribe',
  tag: 'operations',
  summary: 'A page with a button that unsubscribes an e-mail address',
  description: 'The link of each e-mail. It changes nothing, since mail scanners follow links.',
  query,
  rawReply: { 'text/html': z.string() },
});

const unsubscribeOperation = operation({
  id: 'unsubscribe',
  tag: 'operations',
  summary: 'Removes an e-mail address from a subscription',
  description:
    'Works without a key, and by one click in a mail client (RFC 8058). The body is ignored. A link that is not valid ' +
    'is answered with a page that says so, and changes nothing.',
  query,
  rawBody: { 'application/x-www-form-urlencoded': z.string() },
  rawReply: { 'text/html': z.string() },
});

/** The links in e-mails. */
@Controller('unsubscribe')
@Access('public')
export class UnsubscribeController {
  constructor(private readonly unsubscribing: Unsubscribing) {}

  @Get()
  @Operation(showUnsubscribe)
  async show(
    @Query() given: QueryOf<typeof showUnsubscribe>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const link = await this.linkOf(given);
    return send(reply, link ? confirmationPage(link.address) : invalidPage());
  }

  @Post()
  @HttpCode(200)
  @Operation(unsubscribeOperation)
  async unsubscribe(
    @Query() given: QueryOf<typeof unsubscribeOperation>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const link = await this.linkOf(given);
    if (!link) return send(reply, invalidPage());
    await this.unsubscribing.unsubscribe(link);
    return send(reply, donePage(link.address));
  }

  /** The valid link of a request. */
  private async linkOf({ subscription = '', address = '', token = '' }: z.output<typeof query>) {
    const link = { subscription, address, token };
    return (await this.unsubscribing.isValid(link)) ? link : undefined;
  }
}

function send(reply: FastifyReply, html: string): string {
  void reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8');
  return html;
}
