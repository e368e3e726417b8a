import { describe, expect, test } from '@jest/globals';
import { checkEvent, parseJson, type TraitRules } from '#libs/contracts';

const NOW = Date.UTC(2026, 0, 31, 12);
const lists = {
  user: new Set(['plan', 'seats', '__proto__']),
  org: new Set(['tier', '__proto__']),
};
const STRICT: TraitRules = { lists, isStrict: true };
const LENIENT: TraitRules = { lists, isStrict: false };

/** Checks an event with the traits that a JSON text holds. */
function check(traits: string, rules: TraitRules | undefined, type = 'user.updated') {
  const ids = '"user_id":"ada","org_id":"acme","name":"Acme"';
  const event = parseJson(`{"id":"e","type":"${type}","data":{${ids},"traits":${traits}}}`);
  const context = { now: NOW, receivedAt: NOW, defaultSource: 'app', traits: rules };
  const checked = checkEvent(event, context);
  if ('errors' in checked) return checked.errors;
  const { data } = checked.event as { data: { traits?: ReadonlyMap<string, unknown> } };
  return { kept: [...(data.traits ?? [])], dropped: checked.dropped };
}

const bad = (reason: string) => ({ 'data.traits.plan': [reason] });
const NO_VALUE = 'must be a string, a finite number, a boolean or null';
const UNSTORABLE = 'must be well-formed Unicode without NUL';

describe('the value of a listed key', () => {
  test.each<[string, unknown]>([
    ['"pro"', 'pro'],
    ['""', ''],
    ['null', null],
    ['true', true],
    ['-1.5', -1.5],
    ['-0', 0],
    ['1e300', 1e300],
    ['90071992547409930', 90071992547409930],
    [`"${'\u{1F600}'.repeat(200)}"`, '\u{1F600}'.repeat(200)],
  ])('may be %s', (written, value) => {
    for (const rules of [STRICT, LENIENT]) {
      const { kept } = check(`{"plan":${written}}`, rules) as { kept: unknown[] };
      expect(kept).toEqual([['plan', value]]);
    }
  });

  test.each([
    ['{}', NO_VALUE],
    ['[]', NO_VALUE],
    ['1e400', NO_VALUE],
    [`1${'0'.repeat(400)}`, NO_VALUE],
    [`"${'\u{1F600}'.repeat(201)}"`, 'must have at most 200 characters'],
    ['"a\\u0000"', UNSTORABLE],
    ['"\\ud800"', UNSTORABLE],
  ])('cannot be %s: a native event is rejected, another one loses the trait', (written, reason) => {
    const traits = `{"plan":${written},"seats":7}`;
    expect(check(traits, STRICT)).toEqual(bad(reason));
    expect(check(traits, LENIENT)).toEqual({ kept: [['seats', 7]], dropped: { 'bad value': 1 } });
  });
});

test('values under other keys are not checked, and counted as dropped', () => {
  const traits = `{"plan":"pro","\\u0000":{"deep":[1]},"tier":"${'x'.repeat(500)}","Plan":1}`;
  for (const rules of [STRICT, LENIENT]) {
    expect(check(traits, rules)).toEqual({
      kept: [['plan', 'pro']],
      dropped: { 'not on the list': 3 },
    });
  }
  expect(check('{"tier":"gold","plan":"pro"}', STRICT, 'org.created')).toEqual({
    kept: [['tier', 'gold']],
    dropped: { 'not on the list': 1 },
  });
});

test('a key named __proto__ is one like any other', () => {
  for (const type of ['user.created', 'org.updated']) {
    expect(check('{"__proto__":"a"}', STRICT, type)).toEqual({
      kept: [['__proto__', 'a']],
      dropped: undefined,
    });
  }
});

test('traits must be an object; null is the same as none', () => {
  expect(check('null', STRICT)).toEqual({ kept: [], dropped: undefined });
  for (const traits of ['[]', '"pro"', '7', '90071992547409931']) {
    expect(check(traits, STRICT)).toEqual({ 'data.traits': ['must be an object'] });
    expect(check(traits, LENIENT)).toEqual({ kept: [], dropped: { 'bad value': 1 } });
  }
});

test('all wrong fields of an event are named together', () => {
  const event = { id: 'e', type: 'user.updated', data: { user_id: '', traits: { plan: [] } } };
  const context = { now: NOW, receivedAt: NOW, defaultSource: 'app', traits: STRICT };
  expect(checkEvent(event, context)).toEqual({
    errors: { 'data.user_id': ['must not be empty'], ...bad(NO_VALUE) },
  });
});

test('other events ignore traits', () => {
  const event = { id: 'e', type: 'user.deleted', data: { user_id: 'ada', traits: 7 } };
  const context = { now: NOW, receivedAt: NOW, defaultSource: 'app', traits: STRICT };
  expect(checkEvent(event, context)).toMatchObject({ event: { data: { user_id: 'ada' } } });
});

test('keys that a source reads as profile fields do not count as dropped', () => {
  const profileKeys = { user: new Set(['email', 'plan']), org: new Set<string>() };
  const traits = '{"email":"a@x.example","plan":"pro","phone":"1"}';
  expect(check(traits, { ...LENIENT, profileKeys })).toEqual({
    kept: [['plan', 'pro']],
    dropped: { 'not on the list': 1 },
  });
});
