import { type CooccurrenceTable, decodeCooccurrence } from '../cooccurrence/cooccurrence-table';
import type { Demand } from '../demand/demand';
import { decodeDemand } from '../demand/demand-file';
import type { SideModel } from '../side-model/side-model';
import { decodeSideModel } from '../side-model/side-model-file';
import type { BundleProgress } from './bundle-file';
import type { BundleFile, Manifest } from './manifest';

/** What was learned for a bundle; each is null when it has none. */
export interface LearnedFiles {
  cooccurrence(onProgress?: BundleProgress): Promise<CooccurrenceTable | null>;
  demand(onProgress?: BundleProgress): Promise<Demand | null>;
  /** The shop's side model of the items. */
  side(onProgress?: BundleProgress): Promise<SideModel | null>;
}

/** @param files fetches files of the bundle and checks them */
export function learnedFiles(
  manifest: Manifest,
  files: (wanted: BundleFile[], onProgress?: BundleProgress) => Promise<ArrayBuffer[]>,
): LearnedFiles {
  const { companions, demand, side, count } = manifest;
  return {
    async cooccurrence(onProgress) {
      if (!companions) return null;
      const [bytes] = await files([companions], onProgress);
      const table = decodeCooccurrence(bytes, count, !!companions.support);
      return companions.origin ? { ...table, origin: companions.origin } : table;
    },
    async demand(onProgress) {
      if (!demand) return null;
      const [bytes] = await files([demand], onProgress);
      return decodeDemand(bytes, count, demand.repeats);
    },
    async side(onProgress) {
      if (!side) return null;
      const [bytes] = await files([side], onProgress);
      return { ...decodeSideModel(bytes, count), digest: side.sha256 };
    },
  };
}
