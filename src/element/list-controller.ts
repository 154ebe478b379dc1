import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { SidestreamError } from '../error';
import type { Recommender, RecommendRequest, RecommendResponse, Status } from '../recommender';
import { Coalescer } from './coalescer';

/** Milliseconds in which a burst of `change` events becomes one refresh. */
export const REFRESH_DELAY = 120;

/** What the list shows. A list once filled stays filled when a later refresh fails. */
export type ListState =
  | { kind: 'loading' }
  | { kind: 'empty'; response: RecommendResponse | null }
  | { kind: 'filled'; response: RecommendResponse }
  | { kind: 'error'; error: SidestreamError };

/** What the controller asks of its element. */
export interface ListHost extends ReactiveControllerHost {
  /** What to ask for, or null when something is still missing (a `similar` or `complement` list without an item). */
  listRequest(): RecommendRequest | null;
  /** The recommender changed; a refresh follows. */
  listChanged(status: Status): void;
  listFailed(error: SidestreamError): void;
}

/** Keeps one list in step with a recommender: loads it, refreshes it on `change`, and survives whatever fails. */
export class ListController implements ReactiveController {
  state: ListState = { kind: 'loading' };
  /** True while a request is under way. */
  busy = false;
  recommender: Recommender | null = null;
  #source: (() => Promise<Recommender>) | null = null;
  #unsubscribe: (() => void) | undefined;
  #connection = 0;
  #shown = '';
  readonly #refresh: Coalescer;

  constructor(
    private readonly host: ListHost,
    delay = REFRESH_DELAY,
  ) {
    this.#refresh = new Coalescer(() => this.#load(), delay);
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#source) void this.#connect();
  }

  hostDisconnected(): void {
    this.#connection++;
    this.#refresh.cancel();
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Takes another recommender; `null` while the page has none to offer, which shows as loading. */
  use(source: (() => Promise<Recommender>) | null): void {
    this.#source = source;
    this.recommender = null;
    this.#shown = '';
    this.#set({ kind: 'loading' });
    void this.#connect();
  }

  /** Asks again because the request changed or something was dismissed. */
  refresh(): void {
    if (this.recommender) this.#refresh.now();
  }

  /** Starts over after an error, from creating the recommender when that is what failed. */
  retry(): void {
    this.#set({ kind: 'loading' });
    if (this.recommender) this.#refresh.now();
    else void this.#connect();
  }

  /** Takes an item out of the list at once, ahead of the next response. */
  remove(id: string): void {
    if (this.state.kind !== 'filled') return;
    const { response } = this.state;
    const items = response.items.filter(({ item }) => item.id !== id);
    this.#set({ kind: items.length > 0 ? 'filled' : 'empty', response: { ...response, items } });
  }

  async #connect(): Promise<void> {
    const connection = ++this.#connection;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (!this.#source) return;
    try {
      const recommender = await this.#source();
      if (connection !== this.#connection) return;
      this.recommender = recommender;
      this.#unsubscribe = recommender.on('change', (status) => {
        this.host.listChanged(status);
        this.#refresh.later();
      });
      this.#refresh.now();
    } catch (thrown) {
      if (connection === this.#connection) this.#fail(SidestreamError.from(thrown));
    }
  }

  async #load(): Promise<void> {
    const { recommender } = this;
    const connection = this.#connection;
    const request = this.host.listRequest();
    if (!recommender) return;
    if (!request) {
      this.#set({ kind: 'empty', response: null });
      return;
    }
    const subject = JSON.stringify([request.placement, request.itemId]);
    this.busy = true;
    this.host.requestUpdate();
    try {
      const response = await recommender.recommend(request);
      if (connection !== this.#connection) return;
      this.#shown = subject;
      this.#show(response);
    } catch (thrown) {
      if (connection !== this.#connection) return;
      // An older list of the same kind is worth more to a shopper than an apology.
      this.#fail(SidestreamError.from(thrown), this.#shown === subject);
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
  }

  #show(response: RecommendResponse): void {
    const { state } = this;
    const order = (list: RecommendResponse) => list.items.map(({ item }) => item.id).join('\n');
    // The same items in the same order are the same showing: its id stays, so its impressions are not counted twice.
    const same = state.kind === 'filled' && order(state.response) === order(response);
    const shown = same ? { ...response, id: state.response.id } : response;
    this.#set({ kind: shown.items.length > 0 ? 'filled' : 'empty', response: shown });
  }

  #fail(error: SidestreamError, keep = false): void {
    if (!keep) this.#set({ kind: 'error', error });
    this.host.listFailed(error);
  }

  #set(state: ListState): void {
    this.state = state;
    this.host.requestUpdate();
  }
}
