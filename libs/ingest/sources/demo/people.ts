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
import { userTraits } from './user-traits.js';

interface Profile {
  username?: string;
  first_name?: string;
  last_name?: string;
  signup_query_parameters?: Record<string, string>;
}

/** Someone who signs up. Days are counted from today, instants in milliseconds since 1970. */
export interface Person extends Persona {
  userId: string;
  /** Address for invites. The user who signs up by phone has it but does not report it. */
  email: string;
  profile: Profile;
  createdDay: number;
  createdAt: number;
  /** Start of the person's working day, in seconds of the UTC day. */
  startSecond: number;
  /** The companies that the person works for to the end, each from a day on. */
  places: { orgId: string; fromDay: number }[];
  /** How often the person invites others, from 0 to 1; near 0 for most people. */
  inviteAppetite: number;
}

const HOUR = 3600;
const WORK_HOURS = 8.5;

/** Starts of working days in hours UTC: mostly Europe, then the Americas, then Asia. */
const START_HOURS = [1, 3, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 13, 14];

/** Invents people with unique addresses. */
export class Directory {
  private readonly emails = new Set<string>();
  /** Whether the one user without an e-mail address, who signs up by phone, exists yet. */
  private isOneByPhone = false;
  private readonly random: Random;
  private readonly ids: Random;

  constructor(private readonly script: Script) {
    this.random = script.random.fork();
    this.ids = script.random.fork();
  }

  /**
   * Lets a person sign up during working hours of a day.
   * @param domain the company's; without it, the address is personal
   * @param paramsShare probability that the signup has query parameters
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
    const traits = userTraits(this.script);
    const data = { user_id: userId, ...address, ...profile, ...(traits && { traits }) };
    this.script.add(createdAt, 'user.created', data);
    const who = { userId, email, profile, createdDay, createdAt, startSecond, inviteAppetite };
    const places: Person['places'] = [];
    return { ...who, ...persona, places };
  }

  /** A new unique address; a second `ana.reis` becomes `ana.reis2`. */
  addressFor(handle: string, domain = this.random.pick(MAIL_DOMAINS)): string {
    let email = `${handle}@${domain}`;
    for (let next = 2; this.emails.has(email); next++) email = `${handle}${next}@${domain}`;
    this.emails.add(email);
    return email;
  }

  /** The address of an invitee who never joins. */
  strangerAt(domain: string): string {
    return this.addressFor(inventProfile(this.random).handle, domain);
  }
}

/** A second of the UTC day within a person's working hours; it never passes midnight. */
export function workSecond(random: Random, startSecond: number): number {
  return startSecond + random.below(WORK_HOURS * HOUR);
}

/** Whether a person has an account and is not absent on a day. */
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
