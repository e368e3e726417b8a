import type { Subject } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { scanOpenSpans, type Bitset, type ChangedFact, type Excluded } from '#libs/facts';
import { satisfies, type PositiveCondition } from '../keys/conditions.js';
import { scanExisting, scanValues, tableOf } from './values.query.js';

/** Receives the keys that satisfy a rule, and those to look at again later, because of facts dated ahead. */
interface Sink {
  onKey: (key: number) => void;
  onAhead: (key: number) => void;
}

/** What a scan of a rule uses. */
interface ScanContext {
  db: Connection;
  /** The last millisecond that counts, since 1970. */
  momentMs: number;
  /** Only these keys. */
  keys?: readonly number[];
  /** For rules on memberships: `orgs` of the rule. */
  orgs?: Bitset;
}

/** A set of users or orgs that facts define. */
export interface Rule {
  /** Equal for equal rules. */
  name: string;
  subject: Subject;
  /** The tables whose changed keys are evaluated again. */
  facts: readonly ChangedFact[];
  scan: (context: ScanContext, sink: Sink) => Promise<void>;
  /** Set for rules on memberships: their members are evaluated again when these orgs change. */
  memberships?: MembershipRule;
}

interface MembershipRule {
  /** The rule that the org of a span must satisfy. */
  ofOrg?: Rule;
  /** The orgs that the scan needs. @param satisfying the orgs that satisfy `ofOrg` */
  orgs: (excluded: Excluded, satisfying: Bitset | undefined) => Bitset;
}

/** The users or orgs that exist: created and not deleted. */
export function existing(subject: Subject): Rule {
  const table = subject === 'user' ? 'users' : 'orgs';
  return {
    ...{ name: `existing ${subject}`, subject, facts: [table] },
    scan: ({ db, momentMs, keys }, sink) => scanExisting(db, table, momentMs, sink, keys),
  };
}

/** The subjects that satisfy a condition. */
export function satisfying(subject: Subject, { name, source, test }: PositiveCondition): Rule {
  if (source.of === 'role') return { ...memberRule(name), ...withRole(test) };
  if (source.of === 'orgs') {
    const ofOrg = {
      name: `org of ${name}`,
      source: { of: 'org_traits', key: source.key },
    } as const;
    return { ...memberRule(name), ...ofSomeOrg(satisfying('org', { ...ofOrg, test })) };
  }
  return {
    ...{ name, subject, facts: [tableOf(source)] },
    scan: ({ db, keys }, { onKey }) => scanValues(db, source, test, onKey, keys),
  };
}

function memberRule(name: string): Pick<Rule, 'name' | 'subject' | 'facts'> {
  return { name, subject: 'user', facts: ['memberships', 'users', 'orgs'] };
}

type Spans = Pick<Rule, 'scan' | 'memberships'>;

/** The users with an open span whose role satisfies a test, in an org that is not excluded. */
function withRole(test: PositiveCondition['test']): Spans {
  return {
    memberships: { orgs: ({ orgs }) => orgs },
    scan: ({ db, momentMs, keys, orgs: excluded }, { onKey, onAhead }) => {
      const open = (user: number, org: number, role: string) => {
        if (satisfies(test, role) && !excluded!.has(org)) onKey(user);
      };
      return scanOpenSpans(db, momentMs, { open, ahead: onAhead }, keys);
    },
  };
}

/** The users with an open span in an org that satisfies a rule and is not excluded. */
function ofSomeOrg(ofOrg: Rule): Spans {
  return {
    memberships: { ofOrg, orgs: (excluded, orgs) => orgs!.without(excluded.orgs) },
    scan: ({ db, momentMs, keys, orgs }, { onKey, onAhead }) => {
      const open = (user: number, org: number) => {
        if (orgs!.has(org)) onKey(user);
      };
      return scanOpenSpans(db, momentMs, { open, ahead: onAhead }, keys);
    },
  };
}
