import { describeRejectedRow } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { openText } from '../../shop/bundler';
import { showRejected } from '../../shop/cli';
import { type MetricLog, readMetricLog } from '../verdict';

/**
 * Reads a log of reports. Refused lines are shown on stderr.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable line
 */
export async function readMetricFile(path: string): Promise<MetricLog> {
  let log: MetricLog;
  try {
    log = await readMetricLog(openText(path));
  } catch (cause) {
    if (cause instanceof SidestreamError) throw cause;
    throw new SidestreamError('runtime/invalid-input', `The counts cannot be read from ${path}. Check the path.`, {
      cause,
    });
  }
  showRejected(log.rejected.map(describeRejectedRow));
  if (log.lines === 0) {
    const why =
      log.rejected.length > 0 ? 'has no usable line; see the reasons above.' : 'is empty: no report has arrived yet.';
    throw new SidestreamError('runtime/invalid-input', `${path} ${why}`);
  }
  return log;
}
