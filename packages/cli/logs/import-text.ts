import type { DuckDBAppender } from '@duckdb/node-api';
import { messageOf } from '../../../src/core/common/text';
import type { ItemNames } from '../../shop/logs';
import { type LogReading, type LogSink, streamLog } from '../../shop/logs';
import { openText } from '../bundler';
import type { EventFile } from './event-files';

/**
 * Reads a file in CSV or JSON lines into the table `events`.
 * @param shown appends to the table `shown`. Default: impressions are left out
 * @param sink gets what is refused
 * @param onBytes called with the number of bytes read since the call before
 * @throws SidestreamError `runtime/invalid-input` if the file cannot be read
 */
export function importText(
  { path }: EventFile,
  appender: DuckDBAppender,
  shown: DuckDBAppender | null,
  names: ItemNames,
  sink: Omit<LogSink, 'event' | 'shown'> & { counted(): void },
  onBytes: (bytes: number) => void,
): Promise<LogReading> {
  const text = openText(
    path,
    (cause) => `${path} cannot be read: ${messageOf(cause)}. Is the file whole? Copy or export it again.`,
    onBytes,
  );
  return streamLog(path, text, {
    ...sink,
    event({ user, item, time, title, type }) {
      appender.appendVarchar(user);
      appender.appendVarchar(names.productOf(item, title));
      appender.appendBigInt(BigInt(time));
      if (type === undefined) appender.appendNull();
      else appender.appendVarchar(type);
      appender.endRow();
      sink.counted();
    },
    ...(shown && {
      shown({ user, item, time, title }) {
        shown.appendVarchar(user);
        shown.appendVarchar(names.productOf(item, title));
        shown.appendBigInt(BigInt(time));
        shown.endRow();
        sink.counted();
      },
    }),
  });
}
