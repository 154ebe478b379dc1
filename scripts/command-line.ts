// Builds the command line once, before the tests that start it: if it were compiled at every start, loading it would take seconds.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommandLine, ROOT } from './package/bundles';

const FOLDER = join(ROOT, '.cache', 'command-line');

/** Lays it out as in the package: the command line finds the version and the encoders two folders up, and its packages. */
export async function layCommandLine(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'models', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
  await buildCommandLine(join(folder, 'lib', 'cli'));
}

export default (): Promise<void> => layCommandLine(FOLDER);
