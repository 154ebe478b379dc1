import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildCdn } from './package/bundles';

/** Builds only the files that a page without a bundler loads, into `lib/cdn` or the named folder. */
const folder = resolve(process.argv[2] ?? 'lib/cdn');
await rm(folder, { recursive: true, force: true });
await buildCdn(folder);
