import type { Script } from './script.js';

const DEPARTMENTS = ['Engineering', 'Sales', 'Support', 'Marketing', 'Finance', 'Operations'];

/** Traits of a person at the signup; undefined for a person without traits. */
export function userTraits({ traitRandom: random }: Script): Record<string, unknown> | undefined {
  if (random.chance(0.25)) return undefined;
  return { department: random.pick(DEPARTMENTS), newsletter: random.chance(0.4) };
}
