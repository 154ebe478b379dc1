/** Terms of the score whose start weight a shop may choose. */
export const TUNED_TERMS = [
  'base',
  'embedding',
  'boughtTogether',
  'recent',
  'session',
  'nearestHistory',
  'category',
  'numericAffinity',
  'catalogOrder',
  'popularity',
  'preference',
] as const;
export type TunedTerm = (typeof TUNED_TERMS)[number];

/** How a learner learns, as far as a shop has chosen it: what is absent is as for every shop. */
export interface LearnerSettings {
  /** Start weights of terms; `preference` is that of every feature block of an expert. 0 to 20. */
  weights?: Partial<Record<TunedTerm, number>>;
  /** Share of what a read-out has learned that fades with each choice. 0.001 to 0.5, default 0.04, without a base model 0.1. */
  fading?: number;
  /** Rise of the summed z-scores at which a drift is declared. 1 to 100, default 9.5. */
  driftThreshold?: number;
  /** Choices that a candidate is on trial for: an even number, 4 to 100, default 10. */
  trial?: number;
  /** Posterior above which a candidate is kept. 0.05 to 0.99, default 0.5. */
  keepAt?: number;
  /** Part of the posterior mass that is spread over all experts after a choice. 0 to 0.5, default 0.05. */
  share?: number;
  /** Experts that are kept, the generalist among them. 2 to 4, default 4. */
  kept?: number;
  /** Mean gain of the read-outs on the last choices, nats, below which they start from zero. -10 to 0, default -0.25. */
  guardFloor?: number;
  /** Weight of the base model alone, if there is one, in the list while learning has proved nothing. 0 to 4, default 0.4. */
  anchor?: number;
  /** How fast that weight falls: by a factor e for each 1 / slope of ln rank that learning gains. 0 to 20, default 3. */
  anchorSlope?: number;
}

/** A mean over shoppers and its standard error. */
export interface TunedFigure {
  mean: number;
  se: number;
}

/** The chosen settings beside those of every shop, on one part of the shoppers. */
export interface TuningPart {
  shoppers: number;
  /** Choices ranked. */
  choices: number;
  /** Mean ln rank of the choices, by settings. */
  lnRank: Record<'defaults' | 'tuned', number>;
  /** Share of the shoppers whom learning made worse, by settings, 0 to 1. */
  worse: Record<'defaults' | 'tuned', number>;
  /** Mean probability that learning made a shopper worse, by the errors of the shopper's own choices, 0 to 1. */
  risk: Record<'defaults' | 'tuned', number>;
  /** Change from the defaults to the chosen settings, paired by shopper. */
  change: Record<'lnRank' | 'worse' | 'risk', TunedFigure>;
}

/** The chosen drift threshold beside that of every shop, on one part of the shoppers. */
export interface DriftPart {
  /** Streams of one shopper, then another, then the first again. */
  streams: number;
  /** Share of the shifts found within 20 choices, by settings, 0 to 1. */
  detected: Record<'defaults' | 'tuned', number>;
  /** False alarms for each 100 choices, by settings. */
  falseAlarms: Record<'defaults' | 'tuned', number>;
  /** Change from the default to the chosen threshold, paired by stream. */
  change: Record<'detected' | 'falseAlarms', TunedFigure>;
}

/**
 * Parts of the shoppers, each later than the one before: settings were chosen on the first, confirmed on the second, and looked
 * at once on the third.
 */
export type ByPart<T> = Record<'choose' | 'confirm' | 'report', T>;

/** A log that settings were chosen on. */
export interface TuningLog {
  /** SHA-256 of its events, one a line: user, item and time in milliseconds, with tabs between them. */
  sha256: string;
  events: number;
}

/** Why a shop has its settings. */
export interface TuningEvidence {
  /** Day, as YYYY-MM-DD. */
  date: string;
  /** The log that they were chosen on; absent where shoppers were made up. */
  log?: TuningLog;
  seed: number;
  /** Settings that were compared, in words. */
  compared: string[];
  /** Of all settings but the drift threshold, where one is chosen. */
  lists?: ByPart<TuningPart>;
  /** Of the drift threshold, where one is chosen. */
  drift?: ByPart<DriftPart>;
}

/** Settings, and what they were chosen beside. */
export interface ShopSettings {
  /** Whether a base model was in use when they were chosen: they hold where one is, else where none is. */
  base: boolean;
  settings: LearnerSettings;
}

/** What a shop has chosen, and why. */
export interface Tuning extends ShopSettings {
  evidence: TuningEvidence;
}
