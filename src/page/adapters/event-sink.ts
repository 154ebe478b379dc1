import { codeOf } from '../../core/common/text';
import { coreOf, type Recommender } from '../../device/protocol';
import { connectOnce, ElementEvents, reportedBefore } from './duplicates';
import {
  type AdapterOptions,
  type DroppedReport,
  type DropReason,
  messageOf,
  type ReceivedEvent,
  report,
  type TrackedReport,
} from './report';

/** The methods of a recommender that adapters need. */
export type Tracker = Pick<Recommender, 'track'>;
export type Candidate = Omit<TrackedReport, 'outcome'> & { itemId: string };
export type Drop = Omit<DroppedReport, 'outcome'>;

/** Tracks each event of an adapter once, and reports which events were tracked and which were dropped. */
export class EventSink {
  readonly #options: AdapterOptions;
  readonly #ready: Promise<Tracker>;
  readonly #elements = new ElementEvents();
  /** Whether another connection of the page already tracks this source. */
  #redundant = false;

  constructor(tracker: Tracker | Promise<Tracker>, options: AdapterOptions) {
    this.#options = options;
    this.#ready = Promise.resolve(tracker);
    // A rejection is reported with every event that needs the recommender.
    this.#ready.catch(() => undefined);
  }

  /**
   * Claims a source. Tracks nothing if an earlier connection of the recommender reads the same source.
   * @param name of the adapter
   * @param end called when the connection ends, also in that case
   * @returns a function that ends it
   */
  connect(source: object, name: string, end: () => void): () => void {
    return connectOnce(this.#ready, source, name, (isRedundant) => {
      this.#redundant ||= isRedundant;
      end();
      this.#elements.close();
    });
  }

  /**
   * Tracks an event, unless it is a duplicate. Never throws: a push or a click of the page must still succeed.
   * @param isNew whether the event is new to the recommender with this core, asked once it has started; default: it is new
   */
  track(candidate: Candidate, isNew: (core: object) => boolean = () => true): void {
    const { type, itemId, details } = candidate;
    const time = Date.now();
    if (this.#elements.has(type, itemId, details.placement)) {
      this.drop(candidate, 'duplicate', 'a Sidestream element tracks it');
      return;
    }
    this.#track(candidate, time, isNew).catch((thrown: unknown) => {
      const isUnknown = codeOf(thrown) === 'runtime/unknown-item';
      this.drop(candidate, isUnknown ? 'unknown-item' : 'failed', messageOf(thrown));
    });
  }

  drop(received: ReceivedEvent, reason: DropReason, message: string): void {
    const { source, event, itemId, payload } = received;
    report(this.#options, { outcome: 'dropped', source, event, itemId, payload, reason, message });
  }

  async #track(candidate: Candidate, time: number, isNew: (core: object) => boolean): Promise<void> {
    const { source, type, itemId, details } = candidate;
    // By then, all listeners of the current event have run.
    const tracker = await this.#ready;
    if (this.#redundant) {
      this.drop(candidate, 'duplicate', 'an earlier connection of this page tracks it');
      return;
    }
    if (!isNew(coreOf(tracker))) return;
    if (type === 'cart' && this.#elements.hasCart(itemId, time)) {
      this.drop(candidate, 'duplicate', 'a Sidestream element tracks it');
      return;
    }
    const other = reportedBefore(coreOf(tracker), type, itemId, source, time);
    if (other) {
      this.drop(candidate, 'duplicate', `${other} reported it less than a second ago`);
      return;
    }
    await tracker.track(type, itemId, details);
    report(this.#options, { outcome: 'tracked', ...candidate });
  }
}
