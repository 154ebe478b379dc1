import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** The first three are the first commands of a new shop. */
const EXAMPLES = `init my-shop
build catalog.jsonl --images photos/ --image-base /photos/ --out public/bundle
train --bundle public/bundle --events log.csv --out public/bundle
init my-shop products.csv --images photos/
build https://shop.example/merchant.xml --locale de=feed-de.xml --out public/bundle
worker --queue redis://127.0.0.1:6379
offers prices.csv --out public/bundle
offers prices-ch.csv --market ch --currency CHF --out public/bundle
rules check rules.json --bundle public/bundle
rules edit --bundle public/bundle
rules publish rules.json --out public/bundle
rules remove --out public/bundle
lists public/bundle --out public/lists
lists public/bundle --out mails --format csv --site https://shop.example/
inspect public/bundle
inspect public/bundle --item MH01
serve public/bundle
studio
encoders add multilingual-e5-small
encoders list
prepare --events 'logs/*.parquet' --bundle public/bundle --out prepared
train --bundle public/bundle --events log.csv --out public/bundle --from-scratch
train --bundle public/bundle --prepared prepared --out public/bundle
train --bundle public/bundle --events log.csv --out public/bundle --as next
models public/bundle --promote next
evaluate --bundle public/bundle --events log.csv
evaluate --protocol simulate --bundle public/bundle
pilot --base 3% --effect 20% --per-day 500
pilot days.csv --base 3% --effect 20%
report counts.jsonl --html report.html`.split('\n');

/** @param path words that name a command; empty for the program, which shows the first commands */
export const examplesOf = (path: string): readonly string[] =>
  (path === '' ? EXAMPLES.slice(0, 3) : EXAMPLES.filter((words) => `${words} `.startsWith(`${path} `))).map(
    (words) => `npx sidestream ${words}`,
  );

/** Adds its examples to the help of a command and of those below it. */
export function addExamples(command: CommandUnknownOpts, path: readonly string[] = []): void {
  const lines = examplesOf(path.join(' '));
  const heading = path.length === 0 ? 'First commands' : lines.length > 1 ? 'Examples' : 'Example';
  if (lines.length > 0) command.addHelpText('after', `\n${heading}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  for (const inner of command.commands) addExamples(inner, [...path, inner.name()]);
}
