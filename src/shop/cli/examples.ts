import type { Command } from 'commander';

/** Calls of each command, by the words that name it. */
const EXAMPLES: Record<string, readonly string[]> = {
  '': [
    'init my-shop',
    'build catalog.jsonl --images photos/ --image-base /photos/ --out public/bundle',
    'train --bundle public/bundle --events log.csv --out public/bundle',
  ],
  init: ['init my-shop', 'init my-shop products.csv --images photos/'],
  build: [
    'build catalog.jsonl --images photos/ --image-base /photos/ --out public/bundle',
    'build https://shop.example/merchant.xml --locale de=feed-de.xml --out public/bundle',
  ],
  worker: ['worker --queue redis://127.0.0.1:6379'],
  offers: [
    'offers prices.csv --out public/bundle',
    'offers prices-ch.csv --market ch --currency CHF --out public/bundle',
  ],
  'rules check': ['rules check rules.json --bundle public/bundle'],
  'rules edit': ['rules edit --bundle public/bundle'],
  'rules publish': ['rules publish rules.json --out public/bundle'],
  'rules remove': ['rules remove --out public/bundle'],
  lists: [
    'lists public/bundle --out public/lists',
    'lists public/bundle --out mails --format csv --site https://shop.example/',
  ],
  inspect: ['inspect public/bundle', 'inspect public/bundle --item MH01'],
  serve: ['serve public/bundle'],
  studio: ['studio'],
  'encoders add': ['encoders add multilingual-e5-small'],
  'encoders list': ['encoders list'],
  train: [
    'train --bundle public/bundle --events log.csv --out public/bundle',
    'train --bundle public/bundle --events log.csv --out public/bundle --continue',
  ],
  evaluate: ['evaluate --bundle public/bundle --events log.csv', 'evaluate --protocol simulate --bundle public/bundle'],
  pilot: ['pilot --base 3% --effect 20% --per-day 500', 'pilot days.csv --base 3% --effect 20%'],
  report: ['report counts.jsonl --html report.html'],
};

/** @param path words that name a command; empty for the program */
export const examplesOf = (path: string): readonly string[] =>
  (EXAMPLES[path] ?? []).map((words) => `npx sidestream ${words}`);

/** Adds its examples to the help of a command and of those below it. */
export function addExamples(command: Command, path: readonly string[] = []): void {
  const lines = examplesOf(path.join(' '));
  const heading = path.length === 0 ? 'First commands' : lines.length > 1 ? 'Examples' : 'Example';
  if (lines.length > 0) command.addHelpText('after', `\n${heading}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  for (const inner of command.commands) addExamples(inner, [...path, inner.name()]);
}
