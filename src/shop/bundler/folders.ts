import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SidestreamError } from '../../error';

type Kind = 'folder' | 'file' | 'nothing';

/** Kind of a path. @throws the error of `stat` unless it is that nothing is there */
export async function kindOf(path: string): Promise<Kind> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw error;
  }
}

/**
 * Checks that an option names a folder.
 * @throws SidestreamError `runtime/invalid-input`
 */
export async function requireFolder(option: string, path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === 'folder') return;
  const what = kind === 'file' ? 'is a file, not a folder' : 'is not there';
  throw new SidestreamError('runtime/invalid-input', `${option} ${path}: this folder ${what}. Check the path.`);
}

/**
 * Checks that an option names a folder, or a path where one can be made, and that this user may write there.
 * @throws SidestreamError `runtime/invalid-input`
 */
export async function requireRoom(option: string, path: string): Promise<void> {
  for (let at = path; ; at = dirname(at)) {
    const kind = await kindOf(at);
    if (kind === 'file') {
      const message = `${option} ${path}: ${at} is a file, so no folder can be made there. Name another folder.`;
      throw new SidestreamError('runtime/invalid-input', message);
    }
    if (kind === 'folder') {
      await access(at, constants.W_OK).catch((cause) => {
        const message = `${option} ${path}: nothing can be written in ${at}. Give this user the right to, or name another folder.`;
        throw new SidestreamError('runtime/invalid-input', message, { cause });
      });
      return;
    }
    if (dirname(at) === at) return;
  }
}
