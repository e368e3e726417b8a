import { Inject, Injectable } from '@nestjs/common';
import { Calendar } from '#libs/contracts';
import { SETTINGS, readPublicUrl, type Settings } from '#libs/platform';
import { Contacts } from './contacts.service.js';
import { digestOf, shownRows, type Digest } from './digest/digest.js';
import type { Outgoing } from './target.js';

/** Writes messages for people. */
@Injectable()
export class Composer {
  /** The address of the dashboard with a slash at its end; undefined without PUBLIC_URL. */
  readonly base: string | undefined;

  constructor(
    private readonly contacts: Contacts,
    private readonly calendar: Calendar,
    @Inject(SETTINGS) { PUBLIC_URL }: Pick<Settings, 'PUBLIC_URL'>,
  ) {
    this.base = PUBLIC_URL === undefined ? undefined : readPublicUrl(PUBLIC_URL).href;
  }

  /** @param maxRows the rows that are shown; the others are counted */
  async digest(outgoing: Outgoing, maxRows: number): Promise<Digest> {
    const { entered, left } = shownRows(outgoing.message.data, maxRows);
    const orgs = [...entered, ...left].filter((row) => 'org_id' in row);
    const options = { base: this.base, timeZone: this.calendar.zone, maxRows };
    return digestOf(outgoing, await this.contacts.of(orgs), options);
  }
}

/**
 * Whether a message is a later part of one that is too long for a webhook. Its first part gives the counts of all and a
 * link, which is enough for people.
 */
export function isLaterPart({ message }: Outgoing): boolean {
  return (message.data.part?.number ?? 1) > 1;
}
