// What `onMetric` gets. Loaded only for shops that have such a hook.

import { SidestreamError } from '../../error';
import type { VisitorReport } from '../experiment';
import { nextReport } from '../experiment/visitors';
import type { MetricReport } from '../protocol';
import { anonymousId } from './anonymous-id';
import type { ConsentService } from './consent-service';
import type { EngineListener } from './engine-options';
import type { EventRecorder } from './event-recorder';
import type { ExperimentAssignment } from './experiment-assignment';
import type { ProfileStorage } from './profile-storage';

const EMPTY_REPORT: MetricReport = { counts: [], visitors: [] };

/**
 * Takes the counts of this page since the last call, and the reports of this visitor that are not known to be sent, with what the
 * visitor did since.
 *
 * Nothing is handed out before the shopper has agreed, nor after a refusal: also sums without an id are of what the shopper did. What
 * was counted on this page before goes along once the shopper agrees, as the log does.
 *
 * A visitor is reported in an experiment only, and where the device keeps its events: elsewhere every page would be another
 * visitor. A report is kept, in one step for all tabs, until a later call says that it was sent: where a page ends in between, the
 * next one sends it again, under the same key, so that it counts once.
 * @param era in which they were asked for
 * @param sent keys of reports that were sent
 */
export async function takeMetrics(
  era: number,
  events: EventRecorder,
  storage: ProfileStorage,
  listener: Pick<EngineListener, 'error'>,
  experiment: ExperimentAssignment,
  consent: ConsentService,
  sent: readonly string[],
): Promise<MetricReport> {
  // An answer of another tab may bring another variant.
  await consent.carriedOut();
  const variant = experiment.label();
  // Consent was withdrawn meanwhile: nothing of before leaves the device.
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
      // Of a store that was replaced nothing is missing.
      if (counting === storage.counting) listener.error(SidestreamError.from(thrown));
    }
  }
  return era === storage.era ? { counts, visitors } : EMPTY_REPORT;
}
