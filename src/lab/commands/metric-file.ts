import { describeRejectedRow } from '../../core/catalog';
import { invalidInput, SidestreamError } from '../../error';
import { openText } from '../../shop/bundler';
import { showRejected } from '../../shop/cli';
import { type MetricLog, readMetricLog } from '../verdict';

/** Reads a file of counts. @throws SidestreamError `runtime/invalid-input` if it cannot be read */
export async function readCounts<T>(path: string, read: (text: ReturnType<typeof openText>) => Promise<T>): Promise<T> {
  try {
    return await read(openText(path));
  } catch (cause) {
    if (cause instanceof SidestreamError) throw cause;
    throw new SidestreamError('runtime/invalid-input', `The counts cannot be read from ${path}. Check the path.`, {
      cause,
    });
  }
}

/**
 * Reads a log of reports. Refused lines are shown on stderr.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable line
 */
export async function readMetricFile(path: string): Promise<MetricLog> {
  const log = await readCounts(path, readMetricLog);
  showRejected(log.rejected.map(describeRejectedRow));
  if (log.lines === 0) {
    const why =
      log.rejected.length > 0 ? 'has no usable line; see the reasons above.' : 'is empty: no report has arrived yet.';
    throw invalidInput(`${path} ${why}`);
  }
  return log;
}
