// Helps to keep code, documentation and the page in plain English: fails on words that this project avoids.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const WORDS = [
  'told',
  'tells?',
  'anew',
  'whoever',
  'whomever',
  'nobody',
  'somebody',
  'besides',
  'put right',
  'made of',
  'as they came',
  'what there is',
  'at hand',
  'by and by',
];
const PATTERN = new RegExp(`(?<![\\w-])(?:${WORDS.join('|')})(?![\\w-])`, 'gi');
const CHECKED = /\.(?:tsx?|mjs|sql|prisma|md|ya?ml|css|html)$|^Dockerfile$/;
// This file contains the words.
const EXCEPT = /^scripts\/check-words\.mjs$/;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => CHECKED.test(file) && !EXCEPT.test(file) && existsSync(file));

let found = 0;
for (const file of files) {
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    for (const [word] of line.matchAll(PATTERN)) {
      found++;
      process.stdout.write(`${file}:${index + 1}: "${word}"\n`);
    }
  }
}
if (found > 0) {
  process.stdout.write(`${found} words to avoid; docs/glossary.md lists the terms to use.\n`);
  process.exit(1);
}
