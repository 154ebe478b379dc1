// Builds the command line for the tests that start it, before all of them: compiled at every start, it takes seconds to load.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommandLine, ROOT } from './package/bundles';

/** Laid out as in the package: the command line finds the version and the encoders two folders up. */
const FOLDER = join(ROOT, '.cache', 'command-line');

export default async function setup(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ['package.json', 'models']) symlinkSync(join(ROOT, name), join(FOLDER, name));
  await buildCommandLine(join(FOLDER, 'lib', 'cli'));
}
