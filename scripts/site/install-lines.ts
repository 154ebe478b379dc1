import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PUBLISHED, TARBALL } from '../../packages/cli/commands/shop-package';
import { documents } from '../package/documents';

/** The packed file as documents name it: the clone is next to the shop's folder. */
const BESIDE_SHOP = `../sidestream/${TARBALL}`;
/** The same, seen from the folder of an example in the clone. */
const FROM_EXAMPLE = `file:../../${TARBALL}`;
/** It names things that only earlier versions had. */
const HISTORY = 'CHANGELOG.md';

/** The package in commands: by name, or by the path of its file. */
const PACKAGE = String.raw`(?:sidestream(?:@[\w.^~-]+)?|\S*sidestream\.tgz)`;
const END = String.raw`(?=[\s\`"'<&;|]|$)`;
const INSTALL = new RegExp(
  String.raw`\b((?:npm (?:i|install|add)|pnpm add|yarn add|bun add)(?: -\S+)*) ${PACKAGE}${END}`,
  'gm',
);
const RUN_FROM = new RegExp(String.raw`\bnpx((?: -y| --yes)?) --package[ =]${PACKAGE}${END}`, 'gm');
/** Not an import map, which names a script by its address. */
const DEPENDENCY = /("sidestream": )"(?!\/)[^"]*"/g;
/** The paragraph that applies until the package is published, with the blank line after it. */
const UNTIL_PUBLISHED = /<!-- until published -->\n[\s\S]*?<!-- \/until published -->\n\n?/g;

/** Rewrites every line that installs the package as it works at present. @param version of the package */
export function withInstallLines(text: string, version: string, published = PUBLISHED): string {
  const spec = published ? 'sidestream' : BESIDE_SHOP;
  const current = text
    .replace(INSTALL, `$1 ${spec}`)
    .replace(RUN_FROM, `npx$1 --package ${spec}`)
    .replace(DEPENDENCY, `$1"${published ? `^${version}` : FROM_EXAMPLE}"`);
  return published ? current.replace(UNTIL_PUBLISHED, '') : current;
}

/** Updates all these texts. @returns changed texts, by path */
export async function writeInstallLines(root: string): Promise<string[]> {
  const stale = (await installTexts(root)).filter(({ text, current }) => text !== current);
  for (const { path, current } of stale) await writeFile(join(root, path), current);
  return stale.map(({ path }) => path);
}

/** Every text that may install the package: its present and its correct content. */
export async function installTexts(root: string): Promise<{ path: string; text: string; current: string }[]> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const pages = await Promise.all(
    ['examples', 'starter'].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true }))
        .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
        .filter((path) => !/\/(node_modules|\.next|store|dist|site)\//.test(path))
        .filter((path) => /(\.(html|js|mjs|ts|tsx|vue|liquid)|\/package\.json|starter\/README\.md)$/.test(path)),
    ),
  );
  const paths = [...(await documents(root)).filter((path) => path !== HISTORY), ...pages.flat()];
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(root, path), 'utf8');
      return { path, text, current: withInstallLines(text, version) };
    }),
  );
}
