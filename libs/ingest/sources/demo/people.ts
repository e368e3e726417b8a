import { isAway } from './absences.js';
import {
  MAIL_DOMAINS,
  NAME_POOLS,
  PLANS,
  toAscii,
  UTM_CAMPAIGNS,
  UTM_SOURCES,
  type Word,
} from './names.js';
import type { Persona } from './personas.js';
import type { Random } from './random.js';
import type { Script } from './script.js';

interface Profile {
  username?: string;
  first_name?: string;
  last_name?: string;
  signup_query_parameters?: Record<string, string>;
}

/** Someone who signs up. Days are counted from today, instants in milliseconds since 1970. */
export interface Person extends Persona {
  userId: string;
  /** Where invites are sent; the user who signs up by phone does not give it. */
  email: string;
  profile: Profile;
  createdDay: number;
  createdAt: number;
  /** The second of the UTC day at which the working day begins where this person lives. */
  startSecond: number;
  /** How readily this person invites others; most hardly ever do. */
  inviteAppetite: number;
}

const HOUR = 3600;
const WORK_HOURS = 8.5;

/** When people begin work, in hours UTC: mostly Europe, then the Americas, then Asia. */
const START_HOURS = [1, 3, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 13, 14];

/** Invents people; every address is given once. */
export class Directory {
  private readonly emails = new Set<string>();
  /** One user signs up by phone: there is no e-mail address to show. */
  private isOneByPhone = false;
  private readonly random: Random;
  private readonly ids: Random;

  constructor(private readonly script: Script) {
    this.random = script.random.fork();
    this.ids = script.random.fork();
  }

  /**
   * Lets a person sign up during working hours of a day.
   * @param domain the company's; a personal address without it
   * @param paramsShare how likely the signup carried query parameters
   */
  signUp(createdDay: number, persona: Persona, domain?: string, paramsShare = 0.3): Person {
    const { profile, handle } = inventProfile(this.random);
    if (this.random.chance(paramsShare)) {
      profile.signup_query_parameters = inventParams(this.random);
    }
    const startSecond = this.random.pick(START_HOURS) * HOUR;
    const email = this.addressFor(handle, domain);
    const createdAt = this.script.calendar.at(createdDay, workSecond(this.random, startSecond));
    const inviteAppetite = this.random.next() ** 10;
    const userId = this.ids.uuid();
    const isByPhone = !this.isOneByPhone && profile.username !== undefined;
    this.isOneByPhone ||= isByPhone;
    const address = isByPhone ? {} : { email };
    this.script.tell(createdAt, 'user.created', { user_id: userId, ...address, ...profile });
    const who = { userId, email, profile, createdDay, createdAt, startSecond, inviteAppetite };
    return { ...who, ...persona };
  }

  /** An address nobody has yet; a second `ana.reis` becomes `ana.reis2`. */
  addressFor(handle: string, domain = this.random.pick(MAIL_DOMAINS)): string {
    let email = `${handle}@${domain}`;
    for (let next = 2; this.emails.has(email); next++) email = `${handle}${next}@${domain}`;
    this.emails.add(email);
    return email;
  }

  /** The address of someone who is invited and never comes. */
  strangerAt(domain: string): string {
    return this.addressFor(inventProfile(this.random).handle, domain);
  }
}

/** A second of the UTC day within a person's working hours; it never passes midnight. */
export function workSecond(random: Random, startSecond: number): number {
  return startSecond + random.below(WORK_HOURS * HOUR);
}

/** Whether a person uses the product around that day at all, as far as absences tell. */
export function isAround(person: Person, day: number): boolean {
  return day >= person.createdDay && day <= person.lastDay && !isAway(person.absences, day);
}

function inventProfile(random: Random): { profile: Profile; handle: string } {
  const names = random.pickWeighted(NAME_POOLS, (pool) => pool.first.length) ?? NAME_POOLS[0]!;
  const [first, last] = [random.pick(names.first), random.pick(names.last)];
  const kind = random.next();
  if (kind < 0.06) return nickname(random, first);
  if (kind < 0.13) return { profile: { first_name: first.text }, handle: first.ascii };
  const handle = `${first.ascii}.${last.ascii}`;
  const profile: Profile = { first_name: first.text, last_name: last.text };
  if (random.chance(0.15)) profile.username = toAscii(handle) + random.between(1, 99);
  return { profile, handle };
}

function nickname(random: Random, name: Word): { profile: Profile; handle: string } {
  const username = `${name.ascii}_${random.between(10, 99)}`;
  return { profile: { username }, handle: username };
}

function inventParams(random: Random): Record<string, string> {
  const params: Record<string, string> = { utm_source: random.pick(UTM_SOURCES) };
  if (random.chance(0.6)) params['utm_campaign'] = random.pick(UTM_CAMPAIGNS);
  if (random.chance(0.4)) params['plan'] = random.pick(PLANS);
  return params;
}
