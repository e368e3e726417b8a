import type { TraitRules } from '#libs/contracts';
import type { Settings } from '#libs/platform';
import type { Source } from '../sources/source.js';

type TraitSettings = Pick<Settings, 'USER_TRAITS' | 'ORG_TRAITS'>;

/** The rules for native events: a bad value rejects the event. */
export function nativeTraits(settings: TraitSettings): TraitRules {
  return { lists: listsOf(settings), isStrict: true };
}

/** The rules for files that are not native events: a bad value is dropped. */
export function foreignTraits(settings: TraitSettings): TraitRules {
  return { lists: listsOf(settings), isStrict: false };
}

/** The rules for the messages of a source. */
export function traitsOfSource(
  { isNative, profileTraits }: Pick<Source, 'isNative' | 'profileTraits'>,
  settings: TraitSettings,
): TraitRules {
  const rules = { lists: listsOf(settings), isStrict: isNative === true };
  return profileTraits ? { ...rules, profileKeys: profileTraits } : rules;
}

function listsOf({ USER_TRAITS, ORG_TRAITS }: TraitSettings): TraitRules['lists'] {
  return { user: new Set(USER_TRAITS), org: new Set(ORG_TRAITS) };
}
