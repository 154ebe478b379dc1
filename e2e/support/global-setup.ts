import { execFile } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Folder in which the package for pages is built; not the package's usual folder, which another process may use meanwhile. */
export const CDN_FOLDER = '.cache/cdn';
/** Folder in which the command line is built; not the folder of the unit tests, which may run meanwhile. */
export const COMMAND_FOLDER = join(root, '.cache/e2e-command-line');
/** Files that replace what the demo's bundle has learned by companions: every product goes with the two products half a catalogue later. */
export const COMPANIONS_FOLDER = join(root, '.cache/e2e-companions');
/** Files that make the demo's bundle one without a side model, as of a shop without a log. */
export const UNTRAINED_FOLDER = join(root, '.cache/e2e-untrained');

/** Builds, once for all workers, everything that several test files use; `npm test` has built it beside the unit tests. */
export default async function setup(): Promise<void> {
  if (!process.env.E2E_BUILT) await buildFixtures();
}

export async function buildFixtures(): Promise<void> {
  // Not imported above: every worker imports this file.
  const [{ layCommandLine }, { buildEditor }] = await Promise.all([
    import('../../scripts/command-line'),
    import('../../scripts/start/editor'),
  ]);
  const script = (path: string, ...args: string[]) =>
    run(process.execPath, ['--import', 'tsx', path, ...args], { cwd: root });
  for (const folder of [COMPANIONS_FOLDER, UNTRAINED_FOLDER]) await rm(folder, { recursive: true, force: true });
  await Promise.all([
    script('scripts/cdn.ts', CDN_FOLDER),
    script('e2e/support/learned-bundle.ts', COMPANIONS_FOLDER, UNTRAINED_FOLDER),
    script('e2e/support/studio-files.ts'),
    layCommandLine(COMMAND_FOLDER).then(async () => {
      // The command that edits rules serves its page and the element from the package.
      await symlink(join(root, CDN_FOLDER), join(COMMAND_FOLDER, 'lib', 'cdn'));
      await buildEditor(join(COMMAND_FOLDER, 'lib', 'editor'));
    }),
  ]);
}
