import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';

/** The file of the package that has the elements. */
const PATH = 'lib/element.js';

/**
 * Writes `custom-elements.json`, which editors and catalogues of components read.
 * @returns the tags described
 */
export async function writeElements(root: string, folder: string): Promise<string[]> {
  const argv = ['analyze', '--litelement', '--quiet', '--globs', 'src/element/sidestream-*.ts'];
  const { modules, ...rest } = await cli({ argv, cwd: root, noWrite: true });
  const declarations = modules.flatMap((module) => module.declarations ?? []).filter(({ tagName }) => tagName);
  const reference = (name: string) => ({ name, module: PATH });
  const exports = declarations.flatMap(({ name, tagName }) => [
    { kind: 'js', name, declaration: reference(name) },
    { kind: 'custom-element-definition', name: tagName, declaration: reference(name) },
  ]);
  const manifest = { ...rest, modules: [{ kind: 'javascript-module', path: PATH, declarations, exports }] };
  await writeFile(join(folder, 'custom-elements.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return declarations.flatMap(({ tagName }) => tagName ?? []);
}
