import { DRIFT_PHASES, DRIFT_RANKED, type SplicedStream, splicedPairs } from '../../evaluate/drift';
import type { MethodRanks } from '../../evaluate/measurement';
import { wantedMethods } from '../../evaluate/methods';
import type { ResultTable } from '../../evaluate/result';
import { coldText } from './input';
import { METHOD_NAMES, REFERENCE } from './methods';
import type { Protocol } from './runs';
import { pairable, rankedStreams, streamTable } from './streams';

/** Minimum number of events of a spliced shopper: 40, and 20 for the return. */
const MIN_EVENTS = 60;
const PAIRS = 24;
/** The learner as it runs in pages. */
const LEARNER = 'sidestream';
/** The learner that creates no further expert. */
const ONE_EXPERT = 'one-expert';

/**
 * The drift protocol: streams of shopper X, then of the shopper Y least similar to X, then X again; the past knows none of
 * them. Tables, all against present popularity: `first-20` (events of Y), `later` (the rest of Y), `return` (first 20
 * events of X again), and each separately on old and on new items; `first-20, one expert` and so on: the learner against the
 * learner with only one expert.
 */
export const driftProtocol: Protocol = (input) => {
  wantedMethods(input, METHOD_NAMES);
  const { shoppers, popularity, similarity } = pairable(input);
  const long = shoppers.filter(({ rows }) => rows.length >= MIN_EVENTS);
  const streams = splicedPairs(long, input.shoppers ?? PAIRS, input.seed, similarity);
  const report = (measured: readonly MethodRanks[]) => {
    const isNew = (row: number): boolean => popularity[row] === 0;
    const ofExperts = measured.filter(({ name }) => name === ONE_EXPERT || name === LEARNER);
    return {
      setting: `${coldText(input, `${streams.length} pairs of shoppers for each seed`)}: 40 events of one, 40 of the shopper least similar, up to 40 of the first again; old items were chosen in the past, new ones never`,
      tables: [
        ...phaseTables(measured, streams),
        ...phaseTables(measured, streams, { of: 'old items', counts: (row) => !isNew(row) }),
        ...phaseTables(measured, streams, { of: 'new items', counts: isNew }),
        ...(ofExperts.length === 2 ? phaseTables(ofExperts, streams, { of: 'one expert', reference: ONE_EXPERT }) : []),
      ],
    };
  };
  return rankedStreams(input, streams, 'Pairs', report, DRIFT_RANKED);
};

/**
 * A table for each phase with the methods that are ranked in it.
 * @param only words in the table's name after the phase; the items that count, default all; the reference, default present
 *   popularity
 */
function phaseTables(
  measured: readonly MethodRanks[],
  streams: readonly SplicedStream[],
  only?: { of: string; counts?(row: number): boolean; reference?: string },
): ResultTable[] {
  return Object.entries(DRIFT_PHASES).map(([phase, { from, to }]): ResultTable => {
    const about = {
      name: only ? `${phase}, ${only.of}` : phase,
      unit: 'pair' as const,
      reference: only?.reference ?? REFERENCE,
      // Every seed pairs other shoppers, so units are merged by name.
      unitNames: streams.map(({ id }) => id),
    };
    return streamTable(
      about,
      measured,
      streams,
      (row, place) => place >= from && place < to && (only?.counts?.(row) ?? true),
    );
  });
}
