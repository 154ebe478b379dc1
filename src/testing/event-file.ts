import { openText } from '../shop/bundler';
import { type ReadLog, readLog } from '../shop/logs';

/** Reads the file of a log into memory, as Studio does. */
export const readEventFile = (path: string): Promise<ReadLog> =>
  readLog(
    path,
    openText(path, (cause) => String(cause)),
  );
