import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { ERROR_CODES } from '../../src/error';

/** The page of the manual that has every error code. */
const ERRORS = 'docs/errors.md';

/** What does not hold in the texts that are packed: links that lead nowhere, and error codes that are missing or gone. */
export async function documentFaults(root: string, { files }: { files: { path: string }[] }): Promise<string[]> {
  const paths = files.map(({ path }) => path);
  const names = paths.filter((path) => path.endsWith('.md'));
  const texts = new Map<string, string>();
  for (const name of names) texts.set(name, await readFile(join(root, name), 'utf8'));
  return [...linkFaults(texts, new Set(paths)), ...codeFaults(texts.get(ERRORS) ?? '')];
}

/** @param packed every file that a reader of the package has */
function linkFaults(texts: Map<string, string>, packed: Set<string>): string[] {
  const anchors = new Map([...texts].map(([name, text]) => [name, anchorsOf(text)]));
  return [...texts].flatMap(([name, text]) =>
    linksOf(text).flatMap((link) => {
      if (/^[a-z]+:/i.test(link)) return [];
      const [path, anchor] = link.split('#');
      const target = path === '' ? name : posix.join(posix.dirname(name), path);
      if (!packed.has(target)) return [`${name} links to ${link}, which is not in the package`];
      const found = anchor === undefined || anchors.get(target)?.has(anchor);
      return found ? [] : [`${name} links to ${link}, but ${target} has no such heading`];
    }),
  );
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
      .map((code) => `${ERRORS} has the error ${code}, which there is not`),
  ];
}
