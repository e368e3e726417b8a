import { checkEvent } from '#libs/contracts';
import { answerParent } from '../child.js';
import { TRAIT_SETTINGS } from '../reference/traits.js';

const [user, org] = [TRAIT_SETTINGS.USER_TRAITS, TRAIT_SETTINGS.ORG_TRAITS].map(
  (keys) => new Set(keys.split(',')),
);

// The minimal ingest of an event: parse its JSON and check it in memory.
// Receives bodies with lists of events and answers with the seconds that they took.
answerParent<readonly Uint8Array[], number>((bodies) => {
  const now = Date.now();
  const traits = { lists: { user: user!, org: org! }, isStrict: true };
  const context = { now, receivedAt: now, defaultSource: 'bench', traits };
  const begunAt = performance.now();
  let rejected = 0;
  for (const body of bodies) {
    const { buffer, byteOffset, byteLength } = body;
    const text = Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
    for (const event of JSON.parse(text) as unknown[]) {
      if ('errors' in checkEvent(event, context)) rejected++;
    }
  }
  const seconds = (performance.now() - begunAt) / 1000;
  if (rejected > 0) throw new Error(`${rejected} events were rejected.`);
  return seconds;
});
