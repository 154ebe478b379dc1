import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import license, { type Dependency } from 'rollup-plugin-license';
import { PRESETS } from '../../src/core/encoders';

const used = new Map<string, Dependency>();

/** Remembers which packages became part of a bundle. */
export const rememberPackages = (): Plugin =>
  license({
    thirdParty: (packages: Dependency[]) => {
      for (const found of packages) used.set(`${found.name}@${found.version}`, found);
    },
  }) as Plugin;

/** Writes the licences of all packages that became part of a bundle. */
export async function writePackageNotices(folder: string): Promise<string[]> {
  const names = [...used.keys()].sort();
  const texts = withTextsOnce(names.flatMap((name) => used.get(name)?.text() ?? []));
  const head = 'The scripts of this folder contain code of the packages below, under their licences.';
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), `${[head, ...texts].join('\n\n---\n\n')}\n`);
  return names;
}

/** Packages of one project have the same licence text, which is long: all but the first refer to the package that has it. */
function withTextsOnce(notices: string[]): string[] {
  const owners = new Map<string, string>();
  return notices.map((notice) => {
    const [about, text] = notice.split(TEXT);
    const [, name = ''] = /^Name: (.*)$/m.exec(about) ?? [];
    if (text === undefined) return notice;
    const owner = owners.get(text.trim());
    if (owner !== undefined) return `${about}License Text: the same as of ${owner}`;
    owners.set(text.trim(), name);
    return notice;
  });
}

/** Heading of the licence text in a notice. */
const TEXT = 'License Text:';

/** Writes the origin of the encoders' weights, and the complete licences of those packages. */
export async function writeEncoderNotices(root: string): Promise<void> {
  const texts = PRESETS.map(async ({ name, license: spdx, source }) => {
    const text = await readFile(join(root, 'node_modules', source.package, 'LICENSE'), 'utf8');
    return `${name}.onnx is made from the npm package ${source.package} ${source.version} (${spdx}); the changes are named in the file's own description.\n\n${text.trim()}`;
  });
  await writeFile(join(root, 'models', 'NOTICE.txt'), `${(await Promise.all(texts)).join('\n\n---\n\n')}\n`);
}
