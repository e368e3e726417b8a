import TestSequencer from '@jest/test-sequencer';

// On a fresh checkout nothing is known of how long a test takes, and Jest begins with the largest files.
// Those of whole processes and of the browser take minutes, however short they are: one that begins last
// leaves the other cores idle.
const LONG = ['dashboard', 'e2e'].map((room) => `/test/${room}/`);

export default class LongFirst extends TestSequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((room) => path.replaceAll('\\', '/').includes(room));
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
