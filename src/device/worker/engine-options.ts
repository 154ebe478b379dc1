import type { Offer } from '../../core/catalog';
import type { SidestreamError } from '../../error';
import type { EarlyManifest, ParsedOptions, Progress, Status } from '../protocol';

export interface EngineListener {
  change(status: Status): void;
  progress(progress: Progress): void;
  error(error: SidestreamError): void;
}

export interface EngineOptions extends Partial<Omit<ParsedOptions, 'onProgress' | 'onMetric' | 'workerUrl'>> {
  bundle: string;
  namespace: string;
  learning: boolean;
  /**
   * Another worker of the page ran before: the consent is that worker's last known one, not a new answer of the shopper, and
   * another tab may have changed it meanwhile. Default false.
   */
  restarted?: boolean;
  /** The shopper withdrew consent in this page, and the device may still have data. Default false. */
  withdrawn?: boolean;
  /** Maximum size of the event log on the device, bytes. Default 5,000,000. */
  logBudget?: number;
  /** Language of the page, as a tag, for calls that name no language. Empty: unknown. */
  lang?: string;
  /** Offers that the page updated before this worker started, by product; parsed by their user. */
  offers?: ReadonlyMap<string, Offer>;
  manifest?: EarlyManifest | null;
}
