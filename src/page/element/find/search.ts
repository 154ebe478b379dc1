import type { EventType, FindRequest, FindResponse, Recommendation, Recommender } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { languageOf } from '../dom';
import { FoundRecommender } from '../found-recommender';
import { sharedRecommender } from '../list/shared-recommender';
import type { SourceProperties } from '../properties';

/** Time for a page to create its recommender, ms. */
const TIMEOUT = 10_000;
/** How long the closed field, or earlier results, stay as they are while new results are awaited, ms. */
const PATIENCE = { closed: 100, open: 250 };

type Host = SourceProperties & { readonly limit: number };

/** Services of the element for its search. */
interface Services {
  /** These results will be shown once it resolves. */
  ready(items: Recommendation[]): Promise<void>;
  /** Another state is to be shown. */
  entered(): void;
  /** A search has ended, and was not replaced by another one. */
  ended(): void;
}

/** The search of a field, and its results. */
export class Search {
  state: 'idle' | 'loading' | 'filled' | 'empty' | 'error' = 'idle';
  response: FindResponse | null = null;
  /** The words of the present results; empty if they were found by a photo. */
  words = '';
  /** The photo of the present or last search; null for words. */
  picture: File | null = null;
  /** Share of the encoder that has been loaded while the photo is read; null if no photo is being read. */
  read: number | null = null;
  /** Whether the photo could not be read. */
  unreadable = false;
  /** The recommender in use; null until it was asked for, and after `end()`. */
  recommender: Recommender | null = null;
  readonly #found: FoundRecommender;
  /** Waiting for the page's recommender. */
  #waiting: ((recommender: Recommender) => void)[] = [];
  #endErrors: (() => void) | null = null;
  #running: AbortController | null = null;

  constructor(
    readonly host: Host,
    private readonly services: Services,
  ) {
    this.#found = new FoundRecommender(host, (recommender) => {
      for (const resolve of this.#waiting.splice(0)) resolve(recommender);
      return [];
    });
  }

  /** Takes note of a recommender that the page gave to the element. */
  refresh(): void {
    this.#found.find();
  }

  /**
   * The recommender: the one that the element was given, otherwise the one for its `bundle`, which is not loaded before, otherwise the
   * one of the page or of its first list.
   * @throws SidestreamError `runtime/invalid-input` if the page has no recommender within 10 seconds; `bundle/*`
   */
  async open(): Promise<Recommender> {
    const { recommender, bundle } = this.host;
    const found = recommender ?? (bundle ? await sharedRecommender(this.host) : await this.#ofPage());
    if (found !== this.recommender) {
      this.#endErrors?.();
      this.recommender = found;
      this.#endErrors = found.on('error', this.host.report);
    }
    return found;
  }

  /** Searches for the words, or for the photo if there is one. @param open whether the results are in view */
  async run(words: string, open: boolean): Promise<void> {
    const patience = open && this.state !== 'idle' ? PATIENCE.open : PATIENCE.closed;
    this.#running?.abort();
    const { picture } = this;
    this.unreadable = false;
    this.read = picture ? 0 : null;
    this.#running = new AbortController();
    const { signal } = this.#running;
    const slow = setTimeout(() => signal.aborted || this.#enter('loading'), patience);
    let endProgress: (() => void) | undefined;
    try {
      const recommender = await this.open();
      if (picture) {
        endProgress = recommender.on('progress', ({ stage, loaded, total }) => {
          if (signal.aborted || stage !== 'encoders' || total === 0) return;
          this.read = loaded / total;
          this.host.requestUpdate();
        });
      }
      const lang = languageOf(this.host);
      const { limit, filter } = this.host;
      const what = picture ? { image: picture } : { text: words };
      const request: FindRequest = { ...what, limit, ...(lang ? { lang } : {}), ...(filter ? { filter } : {}) };
      const show = async (response: FindResponse): Promise<void> => {
        await this.services.ready(response.items);
        if (signal.aborted) return;
        clearTimeout(slow);
        this.response = response;
        this.words = words;
        this.#enter(response.items.length > 0 ? 'filled' : 'empty');
      };
      const response = await recommender.find(request, { signal });
      await show(response);
      // The similar words stay in view until the encoder is loaded; their hint was given with them.
      if (response.similar && !signal.aborted)
        await show(await recommender.find({ ...request, meaning: true, hint: false }, { signal }));
    } catch (thrown) {
      if (signal.aborted) return;
      this.response = null;
      this.unreadable = SidestreamError.from(thrown).code === 'encoder/bad-image';
      this.#enter('error');
      this.host.report(thrown);
    } finally {
      endProgress?.();
      clearTimeout(slow);
      if (!signal.aborted) {
        this.read = null;
        this.services.ended();
      }
    }
  }

  /** Forgets the results: there is nothing to search for. */
  clear(): void {
    this.cancel();
    this.unreadable = false;
    this.read = null;
    this.response = null;
    this.#enter('idle');
  }

  track(type: EventType, id: string): void {
    const { id: recommendationId, items } = this.response ?? {};
    const position = items?.findIndex(({ item }) => item.id === id) ?? -1;
    if (position < 0) return;
    this.recommender?.track(type, id, { placement: 'find', recommendationId, position }).catch(this.host.report);
  }

  cancel(): void {
    this.#running?.abort();
    if (this.state === 'loading') this.state = 'idle';
  }

  end(): void {
    this.#endErrors?.();
    this.#endErrors = null;
    this.recommender = null;
  }

  #enter(state: Search['state']): void {
    this.state = state;
    this.services.entered();
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
