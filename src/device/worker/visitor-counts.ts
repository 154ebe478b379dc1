// The arguments of `onMetric`. Loaded only for shops with such a hook.

import { kept } from '../../core/common/grouped';
import { SidestreamError } from '../../error';
import { nextReport, type VisitorReport } from '../experiment';
import type { MetricReport } from '../protocol';
import { anonymousId } from './consent-state';
import type { Call } from './engine-parts';
import { FiguresToTake, type Operation } from './operating-figures';

const EMPTY_REPORT: MetricReport = { counts: [], visitors: [], operations: [] };
const figures = new WeakMap<Call['events'], FiguresToTake>();

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
 * @param errors codes of the page's errors since the last call
 */
export async function takeMetrics(
  { events, storage, listener, experiment, consent, era }: Call,
  { sent, errors }: Record<'sent' | 'errors', readonly string[]>,
  operation: Operation,
): Promise<MetricReport> {
  const own = kept(figures, events, () => new FiguresToTake());
  own.errors.push(...errors);
  // An answer of another tab may bring another variant.
  await consent.carriedOut();
  const variant = experiment.label();
  // Consent was withdrawn meanwhile: no earlier data leaves the device.
  if (storage.consent === 'denied') own.errors = [];
  if (era !== storage.era || storage.consent !== 'granted') return EMPTY_REPORT;
  const { counting } = storage;
  const counts = events.take();
  let visitors: VisitorReport[] = [];
  if (variant !== undefined && !storage.inMemory) {
    try {
      const { counts: rows, lastEvent } = await events.aggregates();
      await counting.text('visitors', (stored) => {
        const next = nextReport(stored, { rows, lastEvent, variant }, sent, () => anonymousId(4));
        visitors = next.reports;
        return next.stored;
      });
    } catch (thrown) {
      visitors = [];
      // A replaced store misses nothing.
      if (counting === storage.counting) listener.error(SidestreamError.from(thrown));
    }
  }
  if (era !== storage.era) return EMPTY_REPORT;
  const operations = own.take(variant ?? null, operation, counts.length + visitors.length > 0);
  return { counts, visitors, operations };
}
