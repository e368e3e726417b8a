import { parseArgs } from 'node:util';
import { exclusionShapes, type ExclusionRules, type Exclusions } from '#libs/contracts';
import { ExclusionsService, FactsModule } from '#libs/facts';
import type { Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

type Change = (rules: ExclusionRules) => ExclusionRules;
const LISTS = ['email_domains', 'user_ids', 'org_ids'] as const;
const OPTIONS = {
  domain: { type: 'string', multiple: true },
  user: { type: 'string', multiple: true },
  org: { type: 'string', multiple: true },
  all: { type: 'boolean' },
} as const;

/** Lists and changes the rules that exclude users and orgs from every number. */
export async function exclusions(args: string[], settings: Settings): Promise<void> {
  const change = changeOf(args);
  await inContext(settings, [FactsModule], async (context) => {
    const service = context.get(ExclusionsService);
    const rules = await (change ? service.change(change) : service.read());
    if (change) {
      await recordCommand(context, {
        action: 'exclusions.changed',
        details: exclusionShapes.countsOf(rules),
      });
    }
    print(rules);
  });
}

/** The change that the arguments ask for, checked before the store is opened; undefined for none. */
function changeOf([verb = '', ...rest]: string[]): Change | undefined {
  switch (verb) {
    case 'list':
      if (rest.length > 0) throw new UsageError('exclusions list takes no arguments.');
      return undefined;
    case 'add': {
      const { rules } = given(rest);
      if (isEmpty(rules)) throw new UsageError('exclusions add needs --domain, --user or --org.');
      return (known) => checked(merged(known, rules));
    }
    case 'remove': {
      const { rules, all } = given(rest);
      if (all) return () => ({ email_domains: [], user_ids: [], org_ids: [] });
      if (isEmpty(rules))
        throw new UsageError('exclusions remove needs --domain, --user, --org or --all.');
      return (known) => without(known, rules);
    }
    default:
      throw new UsageError('exclusions needs one of list, add, remove.');
  }
}

function given(args: string[]): { rules: ExclusionRules; all: boolean } {
  const { domain, user, org, all = false } = parsed(args);
  return { rules: checked({ email_domains: domain, user_ids: user, org_ids: org }), all };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError with the first problem */
function checked(rules: Partial<Record<(typeof LISTS)[number], string[] | undefined>>) {
  const result = exclusionShapes.exclusionRules.safeParse(rules);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const [list, index] = path as [(typeof LISTS)[number], number | undefined];
  const entry = index === undefined ? list : (rules[list]?.[index] ?? list);
  throw new UsageError(`${entry} ${message}.`);
}

function merged(known: ExclusionRules, added: ExclusionRules): ExclusionRules {
  return mapped((list) => [...known[list], ...added[list]]);
}

function without(known: ExclusionRules, removed: ExclusionRules): ExclusionRules {
  return mapped((list) => known[list].filter((entry) => !removed[list].includes(entry)));
}

function mapped(make: (list: (typeof LISTS)[number]) => string[]): ExclusionRules {
  return Object.fromEntries(LISTS.map((list) => [list, make(list)])) as ExclusionRules;
}

function isEmpty(rules: ExclusionRules): boolean {
  return LISTS.every((list) => rules[list].length === 0);
}

function print({ version, excluded, ...rules }: Exclusions): void {
  const lines = [
    ...rules.email_domains.map((domain) => `domain  ${domain}`),
    ...rules.user_ids.map((id) => `user    ${id}`),
    ...rules.org_ids.map((id) => `org     ${id}`),
    `Version ${version}: ${excluded.users} users and ${excluded.orgs} organizations are excluded.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
