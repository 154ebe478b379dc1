import * as v from 'valibot';
import { exactObject } from '../../../core/common/strict-object';
import { type Counts, countsSchema } from '../counters';
import { type VisitorReport, visitorReportSchema } from './visitor-sums';

/**
 * The data of one call of `onMetric`, as one line of a log. It contains no id of shopper or device, no product and no time
 * of day.
 */
export interface MetricLine {
  /** Day of the report in UTC: `2026-03-02`. */
  day: string;
  /** What this page counted since its last report, by variant and placement. */
  counts: Counts[];
  /** By how much this visitor raised the sums of each variant since the visitor's last report. */
  visitors: VisitorReport[];
}

/** A line of a log, as returned by a shop's server. */
export const metricLineSchema = exactObject({
  day: v.pipe(v.string(), v.isoDate('must be a date such as 2026-01-31')),
  counts: countsSchema,
  visitors: v.pipe(v.array(visitorReportSchema), v.maxLength(100)),
}) satisfies v.GenericSchema<unknown, MetricLine>;
