import { join } from 'node:path';
import { withLock } from '../bundler';

/**
 * Runs some work while no other run works in the same models folder; see `withLock`.
 * @param yields false: the work leaves no time for signals
 */
export const withModels = <T>(
  folder: string,
  say: (line: string) => void,
  work: () => Promise<T>,
  { yields = true } = {},
): Promise<T> => withLock(join(folder, 'sidestream.lock'), work, { what: 'these models', say, yields });
