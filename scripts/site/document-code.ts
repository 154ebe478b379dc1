import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from '../../packages/cli/program/commands';
import type { Declaration } from '../package/elements';
import { type CodeBlock, codeBlocks, commandFaults, markupFaults, moduleScripts, typeFaults } from './code-blocks';

/** Declarations in `lib` of the modules that documents import, by package name or by the path on a page without a bundler. */
const MODULES: Record<string, string> = {
  sidestream: 'index',
  'sidestream/headless': 'headless',
  'sidestream/element': 'element',
  'sidestream/inspector': 'inspector',
  'sidestream/adapters': 'adapters',
  'sidestream/consent': 'consent',
  'sidestream/encoders': 'encoders',
  '/sidestream/sidestream.js': 'index',
  '/sidestream/adapters.js': 'adapters',
  '/sidestream/consent.js': 'consent',
  '/sidestream/inspector.js': 'inspector',
};

/** Names that the blocks use from their page. */
const GLOBALS = `import type { Recommender, RecommendRequest, Variant } from './lib/index';

declare global {
  const recommender: Recommender;
  const { createRecommender }: typeof import('./lib/index');
  /** A list on the page. */
  const list: import('./lib/index').SidestreamRecs;
  const results: string[];
  const idsInView: string[];
  const itemId: string;
  const request: RecommendRequest;
  const variant: Variant;
  const dataLayer: object[];
}`;

/**
 * Faults of the code in documents: blocks of TypeScript, and of modules in HTML, that do not compile against the package;
 * attributes that our elements lack; commands and options that the command line lacks; invalid JSON; outdated quotations of example
 * files.
 * @param files paths from the root
 */
export async function documentCodeFaults(root: string, files: string[], elements: Declaration[]): Promise<string[]> {
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')] as const));
  const blocks = texts.flatMap(([file, text]) => codeBlocks(file, text));
  const of = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));
  const attributes = new Map(elements.map(({ tag, attributes: own }) => [tag, new Set(own.map(({ name }) => name))]));
  const program = await commandLine();
  const paths = Object.fromEntries(
    Object.entries(MODULES).map(([name, file]) => [name, [join(root, 'lib', `${file}.d.ts`)]]),
  );
  const modules = { paths, globals: GLOBALS, root };
  return [
    ...typeFaults(of('ts'), { ...modules, strict: true }),
    ...typeFaults(of('html').flatMap(moduleScripts), { ...modules, strict: false }),
    ...of('html').flatMap((block) => at(block, markupFaults(block, attributes))),
    ...of('sh').flatMap((block) => at(block, commandFaults(block, program))),
    ...(await Promise.all(blocks.map(async (block) => at(block, await quotationFaults(root, block))))).flat(),
    ...of('json').flatMap((block) => at(block, jsonFaults(block.code))),
    ...of('jsonl').flatMap((block) => at(block, block.code.split('\n').flatMap(jsonFaults))),
  ];
}

/** A block whose first line names a file, such as `// examples/next/app/page.tsx`, must equal that file. */
async function quotationFaults(root: string, { code }: CodeBlock): Promise<string[]> {
  const [first, ...lines] = code.split('\n');
  const path = /^\/\/ (examples\/\S+)$/.exec(first)?.[1];
  if (path === undefined) return [];
  const text = await readFile(join(root, path), 'utf8').catch(() => null);
  if (text === null) return [`there is no file ${path}`];
  return text.trim() === lines.join('\n').trim() ? [] : [`differs from ${path}: copy the file again`];
}

function at({ file, line }: { file: string; line: number }, faults: string[]): string[] {
  return faults.map((fault) => `${file}:${line}: ${fault}`);
}

function jsonFaults(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (thrown) {
    return [String(thrown)];
  }
}
