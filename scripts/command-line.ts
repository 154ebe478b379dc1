// Builds the command line once, before the tests that start it: if it were compiled at every start, loading it would take seconds.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommandLine, ROOT } from './package/bundles';

/** Same layout as in the package: the command line looks for the version and the encoders two folders up. */
const FOLDER = join(ROOT, '.cache', 'command-line');

export default async function setup(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ['package.json', 'models']) symlinkSync(join(ROOT, name), join(FOLDER, name));
  await buildCommandLine(join(FOLDER, 'lib', 'cli'));
}
