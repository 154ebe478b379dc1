import { type CooccurrenceTable, decodeCooccurrence } from '../cooccurrence/cooccurrence-table';
import type { Demand } from '../demand/demand';
import { decodeDemand } from '../demand/demand-file';
import type { Factors } from '../factors/factors';
import { decodeFactors } from '../factors/factors-file';
import type { Tuning } from '../tuning/tuning';
import { decodeTuning } from '../tuning/tuning-file';
import type { BundleProgress } from './bundle-file';
import type { BaseConfig, BundleFile, Manifest } from './manifest';

/** A stored base model. */
export interface BaseFile {
  config: BaseConfig;
  /** SHA-256 of the bytes. */
  digest: string;
  /** Weights as safetensors. */
  bytes: ArrayBuffer;
}

/** What was learned for a bundle; each is null when it has none. */
export interface LearnedFiles {
  base(onProgress?: BundleProgress): Promise<BaseFile | null>;
  cooccurrence(onProgress?: BundleProgress): Promise<CooccurrenceTable | null>;
  /** Latent factors of the items. */
  factors(onProgress?: BundleProgress): Promise<Factors | null>;
  demand(onProgress?: BundleProgress): Promise<Demand | null>;
  /** How learners learn, as the shop has chosen it. */
  tuning(onProgress?: BundleProgress): Promise<Tuning | null>;
}

/** @param files fetches files of the bundle and checks them */
export function learnedFiles(
  manifest: Manifest,
  files: (wanted: BundleFile[], onProgress?: BundleProgress) => Promise<ArrayBuffer[]>,
): LearnedFiles {
  const { base, companions, factors, demand, tuning, count } = manifest;
  return {
    async base(onProgress) {
      if (!base) return null;
      const [bytes] = await files([base], onProgress);
      return { config: base.config, digest: base.sha256, bytes };
    },
    async cooccurrence(onProgress) {
      if (!companions) return null;
      const [bytes] = await files([companions], onProgress);
      const table = decodeCooccurrence(bytes, count, !!companions.support);
      return companions.origin ? { ...table, origin: companions.origin } : table;
    },
    async factors(onProgress) {
      if (!factors) return null;
      const [bytes] = await files([factors], onProgress);
      return { ...decodeFactors(bytes, factors.file, count, base?.sha256), digest: factors.sha256 };
    },
    async demand(onProgress) {
      if (!demand) return null;
      const [bytes] = await files([demand], onProgress);
      return decodeDemand(bytes, count, demand.repeats);
    },
    async tuning(onProgress) {
      if (!tuning) return null;
      const [bytes] = await files([tuning], onProgress);
      return decodeTuning(bytes);
    },
  };
}
