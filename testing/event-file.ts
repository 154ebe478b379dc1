import { openText } from '../packages/cli/bundler';
import { type ReadLog, readLog } from '../packages/shop/logs';

/** Reads the file of a log into memory, as Studio does. */
export const readEventFile = (path: string): Promise<ReadLog> =>
  readLog(
    path,
    openText(path, (cause) => String(cause)),
  );
