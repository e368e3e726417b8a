import type { Stay } from './orgs.js';
import { castFollower, castPersona, type Persona } from './personas.js';
import type { Script } from './script.js';
import { isShared, type Story } from './stories.js';

interface Plan extends Stay {
  persona: Persona;
}

/** Probability that a member of a shrinking company is removed in the last 88 days. */
const LET_GO_SHARE = 0.38;

/**
 * Probability that any other member leaves, and that a leaving member returns after one to six
 * weeks.
 */
const LEAVE_SHARE = 0.06;
const REJOIN_SHARE = 0.35;

/**
 * Probability that a member who stopped using the product is removed within the following month.
 */
const TIDIED_SHARE = 0.3;

/** The persona and the membership of a person who joins on a day. */
export function planStay(script: Script, story: Story, joinedDay: number): Plan {
  if (isShared(story)) return { persona: castFollower(script, joinedDay, story) };
  const persona = castPersona(script, joinedDay);
  const stay = drawStay(script, story, joinedDay, persona);
  const { leaveDay, rejoinDay } = stay;
  if (leaveDay === undefined) return { persona };
  if (rejoinDay !== undefined) {
    const absences = [...persona.absences, { from: leaveDay, to: rejoinDay }];
    return { ...stay, persona: { ...persona, absences } };
  }
  return { ...stay, persona: { ...persona, lastDay: Math.min(persona.lastDay, leaveDay - 1) } };
}

function drawStay(script: Script, story: Story, joinedDay: number, persona: Persona): Stay {
  const { calendar, random } = script;
  const { lastDay, deletedDay } = persona;
  if (deletedDay !== undefined) return {};
  const isShrinking = story.kind === 'shrinking';
  const canLeave = joinedDay < -30;
  if (canLeave && random.chance(isShrinking ? LET_GO_SHARE : LEAVE_SHARE)) {
    const earliest = Math.max(joinedDay + 15, isShrinking ? -88 : joinedDay);
    const leaveDay = calendar.drawDay(random, earliest, -1);
    const rejoinDay = leaveDay + random.between(7, 42);
    const comesBack = rejoinDay <= -1 && lastDay === 0 && random.chance(REJOIN_SHARE);
    return comesBack && !isShrinking ? { leaveDay, rejoinDay } : { leaveDay };
  }
  const tidiedDay = lastDay + random.between(1, 30);
  return tidiedDay <= 0 && random.chance(TIDIED_SHARE) ? { leaveDay: tidiedDay } : {};
}
