import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TARBALL } from '../packages/cli/commands/shop-package';
import { buildBundles, LIB, ROOT } from './package/bundles';
import { faultsOf, pack } from './package/checks';
import { writeElements } from './package/elements';
import { writeFrameworkTypes } from './package/framework-types';
import { rememberPackages, writeEncoderNotices, writePackageNotices } from './package/notices';
import { allowUndefined } from './package/optional-types';
import { measure } from './package/sizes';
import { packStudio } from './package/studio';
import { buildEditor } from './start/editor';

/**
 * Builds the npm package into `lib`, packs it into `.cache/package` and checks the tarball: metadata, types, contents,
 * sizes. `--build-only` stops after the build, for `npm pack` itself. `--unchecked` packs it into the root, under a name without the
 * version, and checks nothing: for a shop that installs it from a clone.
 */
const TARBALLS = join(ROOT, '.cache', 'package');

// Before `npm run pack`, npm runs `prepack` too: the package would be built twice.
if (process.env.npm_lifecycle_event === 'prepack' && process.env.npm_command?.startsWith('run')) process.exit();

await rm(LIB, { recursive: true, force: true });
const { chunks } = await buildBundles();
await packStudio(ROOT, LIB);
await buildEditor(join(LIB, 'editor'), [rememberPackages()]);
// Files without exports, imported only for their side effects.
for (const file of ['worker.d.ts', 'encoder-files.d.ts', 'cli/main.d.ts'])
  await writeFile(join(LIB, file), 'export {};\n');
const packages = await writePackageNotices(LIB);
await writeEncoderNotices(ROOT);
const elements = await writeElements(ROOT, LIB);
await writeFrameworkTypes(LIB, elements);
await allowUndefined(LIB);
console.log(`lib: ${(await readdir(LIB, { recursive: true })).length} files, ${packages.length} packages inside`);

const sizes = await measure(join(LIB, 'cdn'), chunks);
for (const { name, bytes, budget } of sizes) {
  console.log(`${name.padEnd(32)} ${kilobytes(bytes)} of ${kilobytes(budget)} with brotli`);
}

if (process.argv.includes('--unchecked')) {
  const folder = join(ROOT, '.cache', 'pack');
  await mkdir(folder, { recursive: true });
  const { filename, size } = await pack(ROOT, folder);
  const path = join(ROOT, TARBALL);
  await rename(join(folder, filename), path);
  console.log(`${TARBALL}: ${megabytes(size)}. In your shop's folder, run: npm i ${path}`);
} else if (!process.argv.includes('--build-only')) {
  await rm(TARBALLS, { recursive: true, force: true });
  await mkdir(TARBALLS, { recursive: true });
  const tarball = await pack(ROOT, TARBALLS);
  const path = join(TARBALLS, tarball.filename);
  console.log(`${tarball.filename}: ${megabytes(tarball.size)}, unpacked ${megabytes(tarball.unpackedSize)}`);
  const faults = await faultsOf(ROOT, path, tarball, sizes, chunks, elements);
  if (elements.length === 0) faults.push('custom-elements.json describes no element');
  for (const fault of faults) console.error(`✗ ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(5)} kB`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
