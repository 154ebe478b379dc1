import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type {
  Progress,
  Recommendation,
  Recommender,
  RecommendRequest,
  RecommendResponse,
  Status,
} from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { DebouncedRunner } from '../../client';
import { type Placed, turnsOf } from './page-lists';

/** Milliseconds within which a burst of `change` events becomes one refresh. */
export const REFRESH_DELAY = 120;

/** State of a list. Once filled it stays filled when a later refresh fails. */
export type ListState =
  | { kind: 'loading' }
  | { kind: 'empty'; response: RecommendResponse | null }
  | { kind: 'filled'; response: RecommendResponse }
  | { kind: 'error'; error: SidestreamError };

const idsOf = (items: Recommendation[]): string[] => items.map(({ item }) => item.id);

const orderOf = (items: Recommendation[]): string => idsOf(items).join('\n');

/** Creates or finds a list's recommender, and reports the progress of its start. */
export type RecommenderSource = (onProgress: (progress: Progress) => void) => Promise<Recommender>;

export interface ListHost extends ReactiveControllerHost, Placed {
  /** False while the page does not render the element: it keeps its list, which is refreshed once it is rendered again. */
  readonly rendered: boolean;
  listFailed(error: SidestreamError): void;
}

/** Services of the element for its list. */
export interface ListServices {
  /** Whether the list stays as it is until the element asks for a refresh. */
  settled(): boolean;
  /** The next request; null while it is incomplete (a `similar` or `complement` list without an item). */
  request(): RecommendRequest | null;
  /** The list has these items and is about to be rendered. */
  shows(ids: string[]): void;
  /** These items will be shown once it resolves: loads the code that their cards need. It never rejects. */
  ready(items: Recommendation[]): Promise<void>;
  /** The recommender changed; a refresh follows. @returns milliseconds until the refresh, if not at once */
  changed(status: Status): number | undefined;
  /** A request of this list failed, which is reported too. */
  failed(): void;
  progress(progress: Progress): void;
}

/** Changes to a list that is shown. */
export type ListEdits = Pick<ListController, 'refresh' | 'remove' | 'insert'>;

/** Loads one list from a recommender and refreshes it on `change`; reports every failure to its host. */
export class ListController implements ReactiveController {
  state: ListState = { kind: 'loading' };
  busy = false;
  recommender: Recommender | null = null;
  #source: RecommenderSource | null = null;
  #unsubscribe: (() => void)[] = [];
  #connection = 0;
  /**
   * Whether the host is in the page. Outside of it, the controller neither requests nor listens: an element that left the page
   * would never be freed.
   */
  #inPage = false;
  /** Placement and item of the list shown, as JSON. */
  #shown = '';
  /** Number of edits and restarts ahead of a response. */
  #edits = 0;
  readonly #refresh: DebouncedRunner;

  constructor(
    private readonly host: ListHost,
    private readonly services: ListServices,
  ) {
    this.#refresh = new DebouncedRunner(() => this.#load(), REFRESH_DELAY);
    host.addController(this);
  }

  hostConnected(): void {
    this.#inPage = true;
    if (this.#source) void this.#connect();
  }

  hostDisconnected(): void {
    this.#inPage = false;
    this.#connection++;
    this.#refresh.cancel();
    this.#unsubscribeAll();
  }

  /** Sets another source, used once the host is in the page; `null` while the page has none, which shows as loading. */
  use(source: RecommenderSource | null): void {
    this.#source = source;
    this.recommender = null;
    this.#shown = '';
    this.#set({ kind: 'loading' });
    void this.#connect();
  }

  /**
   * Requests the list again because the request changed or something was dismissed.
   * @param delay milliseconds until the request
   */
  refresh(delay?: number): void {
    if (this.recommender) delay ? this.#refresh.later(delay) : this.#refresh.now();
  }

  /** Requests the list again, and does not show the response to an earlier request even for a moment: a feed would keep it. */
  restart(): void {
    this.#edits++;
    this.refresh();
  }

  /** Starts over after an error, from creating the recommender if that failed. */
  retry(): void {
    this.#set({ kind: 'loading' });
    if (this.recommender) this.#refresh.now();
    else void this.#connect();
  }

  /** Takes an item out of the list at once, ahead of the next response. */
  remove(id: string): void {
    this.#edit((items) => items.filter(({ item }) => item.id !== id));
  }

  /** Puts an item back at once, ahead of the next response. @param position 0-based, among the list's items */
  insert(recommendation: Recommendation, position: number): void {
    this.#edit((items) => items.toSpliced(position, 0, recommendation));
  }

  #edit(edit: (items: Recommendation[]) => Recommendation[]): void {
    const { state } = this;
    if (!('response' in state) || !state.response) return;
    this.#edits++;
    this.#settle({ ...state.response, items: edit(state.response.items) });
  }

  async #connect(): Promise<void> {
    const connection = ++this.#connection;
    this.#unsubscribeAll();
    if (!this.#source || !this.#inPage) return;
    const current = () => connection === this.#connection;
    const progress = (progress: Progress) => {
      if (current()) this.services.progress(progress);
    };
    try {
      const recommender = await this.#source(progress);
      if (!current()) return;
      this.recommender = recommender;
      this.#unsubscribe = [
        recommender.on('change', (status) => this.#refresh.later(this.services.changed(status))),
        recommender.on('progress', progress),
        recommender.on('error', (error) => this.host.listFailed(error)),
      ];
      this.#refresh.now();
    } catch (thrown) {
      if (current()) this.#fail(SidestreamError.from(thrown));
    }
  }

  #unsubscribeAll(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  async #load(): Promise<void> {
    const { recommender } = this;
    const connection = this.#connection;
    // The first list is loaded in any case: it should be ready when a tab or a dialog opens.
    if (!recommender || !this.#inPage || (this.#shown && (!this.host.rendered || this.services.settled()))) return;
    await turnsOf(recommender).take(this.host, () => this.#request(recommender, () => connection === this.#connection));
  }

  async #request(recommender: Recommender, current: () => boolean): Promise<void> {
    if (!current()) return;
    let subject = '';
    try {
      const request = this.services.request();
      if (!request) {
        this.#set({ kind: 'empty', response: null });
        return;
      }
      subject = JSON.stringify([request.placement, request.itemId]);
      this.busy = true;
      this.host.requestUpdate();
      const edits = this.#edits;
      const response = await turnsOf(recommender).request(request);
      await this.services.ready(response.items);
      if (!current()) return;
      if (edits !== this.#edits) {
        // The request was sent before the edit or the restart; its response would undo that for a moment.
        this.#refresh.now();
        return;
      }
      this.#shown = subject;
      this.#show(response);
    } catch (thrown) {
      // An older list of the same placement and item serves a shopper better than an error message.
      if (current()) this.#fail(SidestreamError.from(thrown), subject !== '' && this.#shown === subject);
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
  }

  #show(response: RecommendResponse): void {
    const { state } = this;
    // The same items in the same order keep the response's id, so that their impressions are not counted twice.
    const same = state.kind === 'filled' && orderOf(state.response.items) === orderOf(response.items);
    this.#settle(same ? { ...response, id: state.response.id } : response);
  }

  #settle(response: RecommendResponse): void {
    this.#set({ kind: response.items.length > 0 ? 'filled' : 'empty', response });
  }

  #fail(error: SidestreamError, keep = false): void {
    if (!keep) this.#set({ kind: 'error', error });
    this.services.failed();
    this.host.listFailed(error);
  }

  #set(state: ListState): void {
    this.state = state;
    const response = 'response' in state ? state.response : null;
    this.services.shows(idsOf(response?.items ?? []));
    this.host.requestUpdate();
  }
}
