/**
 * `npm run wording`: phrases that native readers stumble over, in documents, comments, messages and names. Each rule says what to
 * write instead. Generated pages and the history are left out.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

interface Rule {
  phrase: RegExp;
  instead: string;
}

const RULES: readonly Rule[] = [
  { phrase: /\b(is|are|was|were) none\b/i, instead: '"there is no …", "without …", "is invalid" or "does not count"' },
  { phrase: /\bin place of\b/, instead: '"instead of"' },
  { phrase: /\bmade-up\b/i, instead: '"simulated", "synthetic" or "example"' },
  { phrase: /\bMOST_[A-Z]/, instead: '"MAX_"' },
  { phrase: /\bLEAST_[A-Z]/, instead: '"MIN_"' },
  { phrase: /\bthat of the experts\b/, instead: 'a noun: "the experts\' …"' },
  { phrase: /\bwhat (is|was|were|has been|had been) learned\b/i, instead: '"the profile", "learning"' },
  { phrase: /\bwhat (is|was|were|has been|had been) counted\b/i, instead: '"the counts"' },
  {
    phrase: /\bwhat (is|was|were) (done|dropped|encoded|lost|made|tried)\b/i,
    instead: 'a noun: "the encoded products", "the dropped files"',
  },
  { phrase: /\bby itself alone\b/i, instead: '"only"' },
  { phrase: /(?<!\bleaves? )(?<!\bleft )\b(that|this|these|those) alone\b/i, instead: '"only that"' },
  { phrase: /\bbegins? anew\b/i, instead: '"starts again" or "starts from the top"' },
  { phrase: /\bfor ever\b/i, instead: '"forever"' },
  { phrase: /\bfor want of\b/i, instead: '"without" or "because … is missing"' },
  { phrase: /\b(large|small|fast|long|often|many|much|few) so[.;]/, instead: 'what "so" stands for' },
  { phrase: /\bwhere there (is|are) (no|none|only)\b/i, instead: '"if there is …" or "without …"' },
  { phrase: /\b(of|after|in) so many\b/i, instead: '"of the given number of"' },
  { phrase: /\b[Nn]or has it\b|\b(Node|it) has not\b(?! \w+(ed|en)\b)/, instead: '"has no …"' },
  { phrase: /\b(on and|go(es|ing)?|went) on\b|\bnot there any ?more\b/i, instead: '"continues" or "no longer exists"' },
  { phrase: /(\/\*\*?|^\s*\*|\/\/) What /, instead: 'a noun phrase: "A page\'s request", "Notes for the shop"' },
  { phrase: /\bwhoever\b/i, instead: '"anyone who …", "the one who …" or the role: "the caller"' },
  { phrase: /\bby now\b|\bof before\b(?!\))/i, instead: '"already", "so far" or "now"; "earlier …" or "previous …"' },
  { phrase: /\.\.\.\{ /, instead: 'the properties themselves' },
];
const TEXTS = /\.(ts|mts|mjs|cjs|md)$/;
const SKIPPED = /^(CHANGELOG\.md|docs\/results\/|docs\/reference\/(cli|elements)\.md|scripts\/wording\.ts)|\/locales\//;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => TEXTS.test(file) && !SKIPPED.test(file) && existsSync(file));
let faults = 0;
for (const file of files) {
  for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    for (const { phrase, instead } of RULES) {
      const found = phrase.exec(line);
      if (!found) continue;
      faults++;
      console.error(`${file}:${at + 1}: "${found[0]}": write ${instead}`);
    }
  }
}
console.log(`${files.length} files, ${faults} phrases to reword`);
process.exitCode = faults > 0 ? 1 : 0;
