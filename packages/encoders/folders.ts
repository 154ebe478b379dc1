import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../../src/core/common/text';
import { invalidInput } from '../../src/error';

type Kind = 'folder' | 'file' | 'nothing';

/** Kind of a path. @throws the error of `stat`, unless the path does not exist */
export async function kindOf(path: string): Promise<Kind> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return 'nothing';
    throw error;
  }
}

export async function requireFolder(option: string, path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === 'folder') return;
  const what = kind === 'file' ? 'is a file, not a folder' : 'does not exist';
  throw invalidInput(`${option} ${path}: this folder ${what}. Check the path.`);
}

/** Checks that a folder exists or can be created, and that this user may write there. @throws SidestreamError */
export async function requireRoom(option: string, path: string): Promise<void> {
  for (let at = path; ; at = dirname(at)) {
    const kind = await kindOf(at);
    if (kind === 'file') {
      throw invalidInput(`${option} ${path}: ${at} is a file, so no folder can be created there. Name another folder.`);
    }
    if (kind === 'folder') {
      // The system's own folders, such as /proc, grant the permission and refuse to write.
      await mkdtemp(join(at, '.sidestream-'))
        .then(rmdir)
        .catch((cause) => {
          const message = `${option} ${path}: this user cannot write to ${at} (${codeOf(cause)}). Grant the permission, free some space, or name another folder.`;
          throw invalidInput(message, { cause });
        });
      return;
    }
    if (dirname(at) === at) return;
  }
}

/** Creates a folder with those above it. Node's own way to do so never ends below /proc. @throws SidestreamError as `requireRoom` */
export async function makeFolder(path: string): Promise<void> {
  if ((await kindOf(path)) === 'folder') return;
  await requireRoom('The folder', path);
  await mkdir(path, { recursive: true });
}

/**
 * Writes a file, complete or not at all.
 * @param part where it is until it is complete; two runs at the same time must not write to the same one
 */
export async function replaceFile(path: string, content: Uint8Array | string, part = `${path}.part`): Promise<void> {
  try {
    await writeFile(part, content);
    await rename(part, path);
  } catch (thrown) {
    await rm(part, { force: true });
    throw thrown;
  }
}

/** Folder of this package, which contains `models/` and `starter/`: released scripts are nested less deeply than the sources. */
export const PACKAGE_FOLDER = nearestPackage(dirname(fileURLToPath(import.meta.url)));

function nearestPackage(folder: string): string {
  return existsSync(join(folder, 'models')) || folder === dirname(folder) ? folder : nearestPackage(dirname(folder));
}
