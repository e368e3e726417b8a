import { FIRST_DAY } from './calendar.js';
import { COMPANY_FIRST, COMPANY_FORM, COMPANY_SECOND, toAscii } from './names.js';
import type { Person } from './people.js';
import type { Script } from './script.js';
import { isShared, latestStart, tellStories, type Story } from './stories.js';

/** A company and what is planned for it. Days are counted from today. */
export interface Org {
  orgId: string;
  /** What stays of the name when it changes. */
  brand: string;
  name: string;
  domain: string;
  story: Story;
  createdDay: number;
  /** How many people join in all. */
  size: number;
  members: Member[];
}

/** One person's time in a company. */
export interface Member extends Stay {
  person: Person;
  /** Told at the addition, unless an owner has been replaced since. */
  role: string;
  joinedDay: number;
  /** Milliseconds since 1970. */
  addedAt: number;
}

/** How long someone stays a member. */
export interface Stay {
  /** The day of the removal, if there is one, and the day of being added again. */
  leaveDay?: number;
  rejoinDay?: number;
}

const ORG_COUNT = 150;

/** Sizes follow Zipf's law: the company of rank r has this many people, divided by r ^ 0.8. */
const LARGEST = 220;
const SKEW = 0.8;

/** The first ranks go to companies that are this old and go on. */
const LARGE_ONES = 12;
const LARGE_ONE_DAYS = 120;

/** The companies, the largest first, before anything happens to them. */
export function planOrgs(script: Script): Org[] {
  const ids = script.random.fork();
  const names = inventNames(script);
  return rank(script, dealStarts(script)).map(({ story, createdDay }, index) => {
    const size = Math.max(1, Math.round(LARGEST / (index + 1) ** SKEW));
    const room = 2 - Math.floor(createdDay / 2);
    const plan = { story, createdDay, size: Math.min(size, room), members: [] };
    return { orgId: ids.uuid(), ...names[index]!, ...plan };
  });
}

type Start = Pick<Org, 'story' | 'createdDay'>;

/** Draws the days on which companies begin, and deals them out, to the choosiest stories first. */
function dealStarts(script: Script): Start[] {
  const { calendar, random } = script;
  const stories = tellStories(script, ORG_COUNT);
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
