import type { SidestreamError } from '../error';
import type { Experiment } from '../experiment';
import type { Consent, Progress, Status } from '../protocol';
import type { Rules } from '../ranking';
import type { Encryption } from '../store';

/** What the engine reports to the page while it works. */
export interface EngineListener {
  change(status: Status): void;
  progress(progress: Progress): void;
  error(error: SidestreamError): void;
}

/** How to start an engine. */
export interface EngineOptions {
  /** Absolute address of the bundle folder. */
  bundle: string;
  consent?: Consent;
  /**
   * The page goes on after an earlier worker: the consent is what that one knew, and no new answer of the shopper. Another
   * tab may have given a later one meanwhile. Default false.
   */
  restarted?: boolean;
  namespace: string;
  learning: boolean;
  seed: number;
  /** See `RecommenderOptions.encrypt`. */
  encrypt?: Encryption;
  /** Bytes that the event log may take on the device. Default 5,000,000. */
  logBudget?: number;
  experiment?: Experiment;
  /** What the shop wants of every list. */
  rules?: Rules;
}
