import { FIRST_DAY } from './calendar.js';
import { COMPANY_FIRST, COMPANY_FORM, COMPANY_SECOND, toAscii } from './names.js';
import type { Person } from './people.js';
import type { Script } from './script.js';
import { isShared, latestStart, drawStories, type Story } from './stories.js';

/** A company and its planned history. Days are counted from today. */
export interface Org {
  orgId: string;
  /** The part of the name that stays when the name changes. */
  brand: string;
  name: string;
  domain: string;
  story: Story;
  createdDay: number;
  /** Number of people who ever join. */
  size: number;
  members: Member[];
}

/** A person's membership in a company. */
export interface Member extends Stay {
  person: Person;
  /** The role at the addition, unless an owner was replaced since. */
  role: string;
  joinedDay: number;
  /** Milliseconds since 1970. */
  addedAt: number;
}

/** The end of a membership and its possible restart. */
export interface Stay {
  /** The days of the removal and of a later addition, if any. */
  leaveDay?: number;
  rejoinDay?: number;
}

const ORG_COUNT = 150;

/** Sizes follow Zipf's law: the company of rank r has `LARGEST` / r ^ `SKEW` people. */
const LARGEST = 220;
const SKEW = 0.8;

/** The largest companies are at least this old and still exist. */
const LARGE_ONES = 12;
const LARGE_ONE_DAYS = 120;

/** Plans the companies, largest first, without members. */
export function planOrgs(script: Script): Org[] {
  const ids = script.random.fork();
  const names = inventNames(script);
  return rank(script, assignStarts(script)).map(({ story, createdDay }, index) => {
    const size = Math.max(1, Math.round(LARGEST / (index + 1) ** SKEW));
    const room = 2 - Math.floor(createdDay / 2);
    const plan = { story, createdDay, size: Math.min(size, room), members: [] };
    return { orgId: ids.uuid(), ...names[index]!, ...plan };
  });
}

type Start = Pick<Org, 'story' | 'createdDay'>;

/**
 * Draws starting days and assigns them, beginning with the stories that need the earliest start.
 */
function assignStarts(script: Script): Start[] {
  const { calendar, random } = script;
  const stories = drawStories(script, ORG_COUNT);
  const days = stories.map(() => calendar.drawGrowthDay(random, FIRST_DAY, 0));
  return stories
    .sort((one, other) => latestStart(one) - latestStart(other))
    .map((story) => {
      const open = days.filter((day) => day <= latestStart(story));
      const createdDay = open.length > 0 ? random.pick(open) : FIRST_DAY;
      days.splice(days.indexOf(createdDay), open.length > 0 ? 1 : 0);
      return { story, createdDay };
    });
}

function rank({ random }: Script, starts: Start[]): Start[] {
  const canBeLarge = ({ story, createdDay }: Start) =>
    !isShared(story) && createdDay <= -LARGE_ONE_DAYS;
  const shuffled = random.shuffled(starts);
  const large = shuffled.filter(canBeLarge).slice(0, LARGE_ONES);
  return [...large, ...shuffled.filter((start) => !large.includes(start))];
}

function inventNames({ random }: Script): Pick<Org, 'brand' | 'name' | 'domain'>[] {
  const pairs = COMPANY_FIRST.flatMap((first) =>
    COMPANY_SECOND.map((second) => ({ first, second })),
  );
  return random.shuffled(pairs).map(({ first, second }) => {
    const form = random.chance(0.35) ? ` ${random.pick(COMPANY_FORM)}` : '';
    const domain = `${first.ascii}-${toAscii(second.text)}.example`;
    return { brand: first.text, name: `${first.text} ${second.text}${form}`, domain };
  });
}
