// The arguments of `onMetric`. Loaded only for shops with such a hook.

import * as v from 'valibot';
import { randomId } from '../../../core/common/bytes';
import { counted } from '../../../core/common/grouped';
import { boundOf, nextReport, type OperatingFigures, type VisitorReport } from '../../experiment';
import type { MetricReport } from '../../protocol';
import { type Call, takes } from '../call';
import { loadedBytes, type Operation } from '../operation';

/**
 * Takes the operating figures since the last call.
 * @param others whether something else is reported: bytes alone do not justify a report
 */
function takeFigures(variant: string | null, operation: Operation, others: boolean): OperatingFigures[] {
  const { firstList, encoder, taken } = operation;
  const isFirstList = firstList !== null && !taken.list;
  const isFirstRun = encoder !== null && !taken.encoder;
  const bytes = loadedBytes();
  const more = bytes - taken.bytes;
  if (!isFirstList && !isFirstRun && operation.errors.length === 0 && !(others && more > 0)) return [];
  operation.taken = { list: firstList !== null, encoder: encoder !== null, bytes };
  const errors = Object.fromEntries(counted(operation.errors.splice(0)));
  const encoders = { webgpu: 0, wasm: 0 };
  if (isFirstRun) encoders[encoder] = 1;
  const times = isFirstList ? { [boundOf(firstList)]: 1 } : {};
  return [{ variant, pages: Number(isFirstList), firstList: times, encoders, errors, bytes: more }];
}

const textsSchema = v.optional(v.array(v.string()), []);

const EMPTY_REPORT: MetricReport = { counts: [], visitors: [], operations: [] };

/**
 * Takes the counts and operating figures of this page since the last call, and the visitor's reports without confirmed delivery,
 * plus the visitor's activity since.
 *
 * Nothing is returned before the shopper has consented, or after a refusal: even sums without an id describe the shopper's
 * activity. After consent, earlier counts of this page are included, like the log.
 *
 * A visitor is reported only in an experiment, and only if the device stores its events: elsewhere every page would be
 * another visitor. A report is kept, atomically for all tabs, until a later call confirms its delivery: if a page ends in
 * between, the next one sends it again under the same key, and it counts once.
 * Its arguments are the keys of reports that were sent, and the codes of the page's errors since the last call.
 */
export const takeMetrics = takes(
  'takeMetrics()',
  [
    ['sent', textsSchema],
    ['errors', textsSchema],
  ],
  async (
    { device, shopper, operation, reports, era }: Pick<Call, 'device' | 'shopper' | 'operation' | 'reports' | 'era'>,
    sent,
    errors,
  ): Promise<MetricReport> => {
    operation.errors.push(...errors);
    // An answer of another tab may bring another variant.
    await device.answering.run(async () => undefined);
    const variant = shopper.experiment.label();
    // Consent was withdrawn meanwhile: no earlier data leaves the device.
    if (device.consent === 'denied') operation.errors = [];
    if (era !== device.era || device.consent !== 'granted') return EMPTY_REPORT;
    const { store } = device;
    const counts = shopper.log.take();
    let visitors: VisitorReport[] = [];
    if (variant !== undefined && !device.inMemory) {
      try {
        const { counts: rows, lastEvent } = await shopper.log.aggregates();
        await store.text('visitors', (stored) => {
          const next = nextReport(stored, { rows, lastEvent, variant }, sent, () => randomId(16));
          visitors = next.reports;
          return next.stored;
        });
      } catch (thrown) {
        visitors = [];
        // A replaced store misses nothing.
        if (store === device.store) reports.error(thrown);
      }
    }
    if (era !== device.era) return EMPTY_REPORT;
    const operations = takeFigures(variant ?? null, operation, counts.length + visitors.length > 0);
    return { counts, visitors, operations };
  },
);
