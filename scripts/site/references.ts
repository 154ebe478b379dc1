import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from '../../packages/cli/program/commands';
import { commandReference } from './command-reference';
import { elementReference } from './element-reference';

/** Pages of the manual that are generated from the code, as paths from the root of the repository. */
async function pages(root: string): Promise<[path: string, text: string][]> {
  const elements: unknown = JSON.parse(await readFile(join(root, 'lib', 'custom-elements.json'), 'utf8'));
  return [
    ['docs/reference/cli.md', commandReference(await commandLine())],
    ['docs/reference/elements.md', elementReference(elements)],
  ];
}

/** Writes them. Formatting is left to `npm run format`. */
export async function writeReferences(root: string): Promise<void> {
  for (const [path, text] of await pages(root)) await writeFile(join(root, path), text);
}

/** @returns a fault for each outdated page */
export async function referenceFaults(root: string): Promise<string[]> {
  const stale = await Promise.all(
    (await pages(root)).map(async ([path, text]) => {
      const stored = await readFile(join(root, path), 'utf8').catch(() => '');
      return compact(stored) === compact(text) ? [] : [`${path} is older than the code: run "npm run references"`];
    }),
  );
  return stale.flat();
}

/** Formatting pads the cells of tables. */
const compact = (text: string): string =>
  text
    .replace(/[ \t]+/g, ' ')
    .replace(/-{3,}/g, '---')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
