import type { TraitLists } from './traits.js';

/** The settings of a service that its numbers depend on, except for the zone and the week. */
export interface ModelSettings {
  /** `OWNER_ROLES`, default `Owner`. */
  ownerRoles: readonly string[];
  /** `HEALTH_WEIGHTS`, default `40,25,20,15`: of adoption, frequency, trend, recency. */
  healthWeights: readonly [number, number, number, number];
  /** Whether the index has the scores of the report health; until runs have that report, they are null. */
  indexHasHealth: boolean;
  /** `USER_TRAITS` and `ORG_TRAITS`, default empty. */
  traits: TraitLists;
}

export const DEFAULT_SETTINGS: ModelSettings = {
  ownerRoles: ['Owner'],
  healthWeights: [40, 25, 20, 15],
  indexHasHealth: true,
  traits: { user: [], org: [] },
};
