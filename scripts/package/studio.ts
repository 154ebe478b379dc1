import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { PluginOption } from 'vite';
import { TWIN_FOLDERS, twinNames } from '../../packages/cli/commands/studio';
import { buildStudio } from '../start/studio';
import { writeServiceWorker } from '../start/studio-files';
import { rememberPackages } from './notices';

const compress = promisify(brotliCompress);

/** The package has one build of onnxruntime-web, its largest file: Studio takes the element's. */
const oneRuntime = (root: string): PluginOption => ({
  name: 'one runtime',
  enforce: 'pre',
  resolveId: (id) => (id === './wasm-runtime' ? join(root, 'src/core/encoders/web/web-runtime.ts') : null),
});

/**
 * Builds the page of Studio into the package. The package has large files once: those that another folder has too are left out,
 * and the others are compressed; `sidestream studio` knows both.
 */
export async function packStudio(root: string, lib: string): Promise<void> {
  const page = join(lib, 'studio');
  await buildStudio(page, () => [oneRuntime(root), rememberPackages()]);
  await writeServiceWorker(page);
  await copyFile(join(root, 'public', 'favicon.svg'), join(page, 'favicon.svg'));
  const others = { element: join(lib, 'cdn'), encoders: join(lib, 'encoders'), cli: join(lib, 'cli') };
  for (const entry of await readdir(page, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const twins = TWIN_FOLDERS.flatMap((folder) =>
      twinNames(path.slice(page.length).replaceAll('\\', '/')).map((name) => join(others[folder], name)),
    );
    const same = await Promise.all(twins.map(async (twin) => (await readFile(twin).catch(() => null))?.equals(bytes)));
    if (!same.includes(true)) await writeFile(`${path}.br`, await compress(bytes));
    await rm(path);
  }
}
