import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildCdn } from './package/bundles';

/** Builds the files that a page without a bundler loads, and nothing else of the package, into a folder: `lib/cdn` or the one named. */
const folder = resolve(process.argv[2] ?? 'lib/cdn');
await rm(folder, { recursive: true, force: true });
await buildCdn(folder);
