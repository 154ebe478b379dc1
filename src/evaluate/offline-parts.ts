import * as v from 'valibot';
import type { OfflineRun } from './offline';
import { parsePart } from './part-text';
import { qualitySchema } from './result';

const units = v.array(qualitySchema);
const ranked = v.array(v.object({ rank: v.number(), isNew: v.boolean(), chosen: v.number() }));
const runsSchema = v.array(
  v.object({
    name: v.string(),
    units,
    alone: units,
    retention: units,
    ranked: v.array(v.object({ whole: ranked, content: ranked, newFirst: ranked })),
    parameters: v.array(v.number()),
  }),
);

/** Runs of the pooled protocol as a text that another process reads. */
export const offlineText = (runs: readonly OfflineRun[]): string => JSON.stringify(runs);

/** Reads what `offlineText` wrote. @throws SidestreamError `runtime/invalid-input` when it is something else */
export const parseOffline = (text: string): OfflineRun[] => parsePart(runsSchema, text);
