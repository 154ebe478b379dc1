import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildCdn } from './package/bundles';

/** Builds only the files that a page without a bundler loads, into `lib/cdn` and `lib/encoders`, or into the named folder. */
const named = process.argv[2];
const folders = (named === undefined ? ['lib/cdn', 'lib/encoders'] : [named]).map((folder) => resolve(folder));
for (const folder of folders) await rm(folder, { recursive: true, force: true });
await buildCdn(folders[0], folders[1]);
