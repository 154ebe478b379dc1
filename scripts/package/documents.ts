import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { ERROR_CODES } from '../../src/error';
import type { Size } from './sizes';

/** The page of the manual that lists every error code. */
const ERRORS = 'docs/reference/errors.md';
/** It names things that only earlier versions had. */
const HISTORY = 'CHANGELOG.md';
/** Packed documents may link to these, although nobody needs them without the repository: why it is so, and every table. */
const FOR_CONTRIBUTORS = /^(CONTRIBUTING\.md|docs\/(decisions\/.*|results\/(RESULTS|gpu-.*)\.md))$/;
/** Pictures of the manual, which the site shows: half a megabyte in every installation. */
const PICTURE = /\.(webp|svg)$/;
const FOLDERS = ['docs', 'examples', 'models', 'src'];
/** Scripts of the shop that `sidestream init` writes. */
const SHOP_SCRIPTS = ['bundle'];
/** A path from the root of the repository. */
const REPOSITORY_PATH = /^(src|packages|apps|testing|tools|scripts|docs|e2e|examples|tsconfig|\.github)\/[\w./-]*$/;
/** A source file; documents inside src/ may name those beside them. */
const SOURCE_FILE = /^[\w./-]+\.ts$/;

/**
 * Faults of the documents: broken links, or links out of the package; paths and `npm run` commands that do not exist;
 * error codes that are missing or no longer exist; sizes of scripts other than these.
 */
export async function documentFaults(
  root: string,
  { files }: { files: { path: string }[] },
  sizes: readonly Size[],
): Promise<string[]> {
  const texts = new Map<string, string>();
  for (const name of await documents(root)) texts.set(name, await readFile(join(root, name), 'utf8'));
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const current = [...texts].filter(([name]) => name !== HISTORY);
  return [
    ...linkFaults(root, texts, new Set(files.map(({ path }) => path))),
    ...current.flatMap(([name, text]) => pathFaults(root, name, text)),
    ...current.flatMap(([name, text]) => commandFaults(name, text, scripts)),
    ...codeFaults(texts.get(ERRORS) ?? ''),
    ...sizeFaults(texts, sizes),
  ];
}

/** Every Markdown file of the repository, by its path. */
export async function documents(root: string): Promise<string[]> {
  const inFolders = FOLDERS.map(async (folder) =>
    (await readdir(join(root, folder), { recursive: true }))
      .map((path) => posix.join(folder, path.replaceAll(sep, '/')))
      .filter((path) => !path.includes('/node_modules/')),
  );
  const paths = [await readdir(root), ...(await Promise.all(inFolders))].flat();
  return paths.filter((path) => path.endsWith('.md'));
}

/** @param packed every file of the package */
function linkFaults(root: string, texts: Map<string, string>, packed: Set<string>): string[] {
  const anchors = new Map([...texts].map(([name, text]) => [name, anchorsOf(text)]));
  return [...texts].flatMap(([name, text]) =>
    linksOf(text).flatMap((link) => {
      if (/^[a-z]+:/i.test(link)) return [];
      const [path, anchor] = link.split('#');
      const target = path === '' ? name : posix.join(posix.dirname(name), path);
      if (anchor === undefined && target === name) return [`${name} links to itself`];
      if (!existsSync(join(root, target))) return [`${name} links to ${link}, which does not exist`];
      if (packed.has(name) && !packed.has(target) && !FOR_CONTRIBUTORS.test(target) && !PICTURE.test(target)) {
        return [`${name} links to ${link}, which is not in the package`];
      }
      const found = anchor === undefined || anchors.get(target)?.has(anchor);
      return found ? [] : [`${name} links to ${link}, but ${target} has no such heading`];
    }),
  );
}

/** Paths in backticks that do not exist, neither from the root nor from the document's own folder. */
function pathFaults(root: string, name: string, text: string): string[] {
  const folders = [
    root,
    join(root, dirname(name)),
    ...(name.startsWith('src/') ? [join(root, dirname(dirname(name)))] : []),
  ];
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)]
    .map(([, path]) => path)
    .filter((path) => REPOSITORY_PATH.test(path) || (name.startsWith('src/') && SOURCE_FILE.test(path)))
    .filter((path) => !folders.some((folder) => existsSync(join(folder, path))))
    .map((path) => `${name} names ${path}, which does not exist`);
}

function commandFaults(name: string, text: string, scripts: Record<string, string>): string[] {
  return [...text.matchAll(/npm run ([a-z][\w:-]*)/g)]
    .filter(([, script]) => !Object.hasOwn(scripts, script) && !SHOP_SCRIPTS.includes(script))
    .map(([command]) => `${name} names ${command}, which package.json does not have`);
}

const withoutBlocks = (text: string): string => text.replace(/^```.*?^```$/gms, '');

/** Addresses of links and pictures. */
function linksOf(text: string): string[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
}

/** Anchors of the headings, by GitHub's rule. */
function anchorsOf(text: string): Set<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function codeFaults(text: string): string[] {
  const described = [...text.matchAll(/^\| `([a-z]+\/[a-z-]+)`/gm)].map(([, code]) => code);
  const known = new Set<string>(ERROR_CODES);
  return [
    ...ERROR_CODES.filter((code) => !described.includes(code)).map((code) => `${ERRORS} lacks the error ${code}`),
    ...described
      .filter((code) => !known.has(code))
      .map((code) => `${ERRORS} has the error ${code}, which does not exist`),
  ];
}

/** The two documents that say how large the scripts of a page and its worker are; all others refer to them. */
function sizeFaults(texts: ReadonlyMap<string, string>, sizes: readonly Size[]): string[] {
  const [page, , worker, store] = sizes.map(({ bytes }) => Math.round(bytes / 1000));
  const figures = {
    'README.md': `${page} kB / ${worker} kB`,
    'docs/results/measured.md': `${page} / ${worker} / ${store} kB`,
  };
  return Object.entries(figures)
    .filter(([name, figure]) => !texts.get(name)?.includes(`| ${figure} `))
    .map(([name, figure]) => `${name} does not say that the scripts of page and worker have ${figure}`);
}
