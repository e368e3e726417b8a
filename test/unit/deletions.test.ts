import { expect, test } from '@jest/globals';
import { deletionsIn, erasuresOf } from '../../libs/ingest/http/deletions.js';

const hashed = (subject: string, id: string) => `${subject} ${id}`;
const accepted = { rejected: [] };

test('a deletion with data_base64 names the decoded id', () => {
  const data = Buffer.from('{"org_id": "o1"}').toString('base64');
  const incoming = [{ value: { type: 'org.deleted', data_base64: data } }];
  expect(erasuresOf(deletionsIn(incoming), accepted, hashed)).toEqual([
    { target: 'org o1', details: { users: 0, orgs: 1 } },
  ]);
});

test('the entries about many deletions name each accepted one', () => {
  const incoming = Array.from({ length: 252 }, (_, i) => ({
    value: { type: 'user.deleted', data: { user_id: `u${i}` } },
  }));
  const rejected = [{ index: 7, id: null, errors: {} }];
  const entries = erasuresOf(deletionsIn(incoming), { rejected }, hashed);
  expect(entries.map(({ details }) => details['users'])).toEqual([100, 100, 51]);
  expect(entries.flatMap(({ details }) => details['targets'])).toEqual(
    incoming.map((_, i) => `user u${i}`).filter((target) => target !== 'user u7'),
  );
  expect(erasuresOf([], accepted, hashed)).toEqual([]);
});
