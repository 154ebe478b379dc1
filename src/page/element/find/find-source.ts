import type { Recommender } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { FoundRecommender } from '../found-recommender';
import { sharedRecommender } from '../recs/page-lists';

/** Time for a page to create its recommender, ms. */
const TIMEOUT = 10_000;

type Host = ConstructorParameters<typeof FoundRecommender>[0] &
  Record<'bundle' | 'namespace' | 'market' | 'workerUrl' | 'consent', string>;

/**
 * The recommender of a search field: the one it was given, otherwise the one for its `bundle`, otherwise the one of the page or of
 * its first list. A bundle is not loaded before the recommender is asked for.
 */
export class FindSource {
  readonly #host: Host;
  readonly #report: (error: SidestreamError) => void;
  readonly #found: FoundRecommender;
  /** Waiting for the page's recommender. */
  #waiting: ((recommender: Recommender) => void)[] = [];
  #value: Recommender | null = null;
  #endErrors: (() => void) | null = null;

  /** @param report receives the recommender's errors */
  constructor(host: Host, report: (error: SidestreamError) => void) {
    this.#host = host;
    this.#report = report;
    this.#found = new FoundRecommender(host, (recommender) => {
      for (const resolve of this.#waiting.splice(0)) resolve(recommender);
      return () => undefined;
    });
  }

  /** The recommender in use; null until it was asked for, and after `end()`. */
  get value(): Recommender | null {
    return this.#value;
  }

  /** Takes note of a recommender that the page gave to the element. */
  refresh(): void {
    this.#found.find();
  }

  /** @throws SidestreamError `runtime/invalid-input` if the page has no recommender within 10 seconds; `bundle/*` */
  async open(): Promise<Recommender> {
    const { recommender, bundle, namespace, market, workerUrl, consent } = this.#host;
    const found =
      recommender ??
      (bundle ? await sharedRecommender({ bundle, namespace, market, workerUrl, consent }) : await this.#ofPage());
    if (found !== this.#value) {
      this.#endErrors?.();
      this.#value = found;
      this.#endErrors = found.on('error', this.#report);
    }
    return found;
  }

  end(): void {
    this.#endErrors?.();
    this.#endErrors = null;
    this.#value = null;
  }

  #ofPage(): Promise<Recommender> {
    this.#found.find();
    if (this.#found.value) return Promise.resolve(this.#found.value);
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      const text =
        '<sidestream-find> has no recommender: set bundle="/bundle/", or the property recommender, or create one with createRecommender().';
      setTimeout(() => reject(new SidestreamError('runtime/invalid-input', text)), TIMEOUT);
    });
  }
}
