import type { ReactiveController } from 'lit';
import type {
  EventType,
  Progress,
  Recommendation,
  Recommender,
  RecommendRequest,
  RecommendResponse,
  Status,
  TrackDetails,
} from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { DebouncedRunner } from '../../client';
import type { ListProperties } from '../properties';
import { freeItems, isRendered, type PageList, takeItems, turnsOf } from './reading-order';
import { type Settings, settingsOf } from './request';

/** Milliseconds within which a burst of `change` events becomes one refresh. */
export const REFRESH_DELAY = 120;

/** State of a list. Once filled it stays filled when a later refresh fails. */
export type ListState =
  | { kind: 'loading' }
  | { kind: 'empty'; response: RecommendResponse | null }
  | { kind: 'filled'; response: RecommendResponse }
  | { kind: 'error'; error: SidestreamError };

/** The element of a list, which answers it and is told; failures go to its `report`. */
export interface ListView {
  /** The next request; null while it is incomplete (a `similar` or `complement` list without an item). */
  request(): RecommendRequest | null;
  /** These items will be shown once it resolves: it loads the code that their cards need. It never rejects. */
  ready(items: Recommendation[]): Promise<void>;
  /** The recommender changed; a refresh follows. */
  changed(status: Status): void;
  progress(progress: Progress): void;
  /** The list begins to wait for its recommender. */
  waiting(): void;
  /** The list has had neither bundle nor recommender for 10 s, and the page offers no recommender for it. */
  missing(): void;
}

/** A layout that shows something else than the last response. Its code is loaded late. */
export interface Layout {
  /** Shown instead of the list's own state; null for that state. */
  readonly state: ListState | null;
  /** Ids of what it shows beside the items of the last response. */
  readonly ids?: readonly string[];
  /** Whether it stays as it is until the list is asked for a refresh. */
  readonly settled?: boolean;
  /** The list has another state: called at once, because the next request may follow before the host is rendered. */
  take?(state: ListState): void;
  remove?(id: string): void;
  insert?(recommendation: Recommendation): void;
  /** A request of the list failed. */
  failed?(): void;
  /** The recommender changed. */
  changed?(status: Status): void;
}

const idsOf = (items: Recommendation[]): string[] => items.map(({ item }) => item.id);

/** Creates or finds a list's recommender, and reports the progress of its start. */
export type RecommenderSource = (onProgress: (progress: Progress) => void) => Promise<Recommender>;

/**
 * One list of recommendations, without its looks: it gets its recommender from a source, sends requests, refreshes on `change`, and has
 * the state that views render.
 */
export class List implements ReactiveController, PageList {
  state: ListState = { kind: 'loading' };
  /** The checked values of the attributes. */
  settings: Settings;
  busy = false;
  recommender: Recommender | null = null;
  layout: Layout | null = null;
  /** Time until which changes do not refresh it, ms: a button confirms what the shopper did. */
  pausedUntil = 0;
  #source: RecommenderSource | null = null;
  #unsubscribe: (() => void)[] = [];
  #connection = 0;
  /**
   * Whether the host is in the page. Outside of it, the list neither requests nor listens: an element that left the page would never
   * be freed.
   */
  #inPage = false;
  /** Placement and item of the list shown, as JSON. */
  #shown = '';
  /** Number of edits and restarts ahead of a response. */
  #edits = 0;
  readonly #refresh = new DebouncedRunner(() => this.#load(), REFRESH_DELAY);

  constructor(
    readonly host: ListProperties,
    readonly view: ListView,
  ) {
    this.settings = settingsOf(host).settings;
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
    freeItems(this);
  }

  /** The response that is shown, without one an empty list. */
  get shown(): RecommendResponse {
    const state = this.layout?.state ?? this.state;
    const response = 'response' in state ? state.response : null;
    return response ?? { id: '', placement: this.settings.placement, items: [] };
  }

  get ids(): readonly string[] {
    const { state } = this;
    const response = 'response' in state ? state.response : null;
    return [...(this.layout?.ids ?? []), ...idsOf(response?.items ?? [])];
  }

  /** The position of an item in the list, of whose items a feed has only some in the page; -1 if it is not there. */
  positionOf(id: string): number {
    const { items } = this.shown;
    const at = items.findIndex(({ item }) => item.id === id);
    return this.settings.layout === 'feed' ? (items[at]?.position ?? at) : at;
  }

  /** Tracks an event of an item of the list, with the list's recommendation. */
  track(type: EventType, id: string, more?: TrackDetails): void {
    const position = this.positionOf(id);
    const { placement } = this.settings;
    const details = { placement, recommendationId: this.shown.id, ...(position < 0 ? {} : { position }), ...more };
    this.recommender?.track(type, id, details).catch(this.host.report);
  }

  /** Tells screen readers; nothing until the code for it is loaded. */
  announce: (message: string) => void = () => undefined;

  /** Sets another source, used once the host is in the page; `null` while the page has none, which shows as loading. */
  use(source: RecommenderSource | null): void {
    this.#source = source;
    this.recommender = null;
    this.#shown = '';
    this.#set({ kind: 'loading' });
    void this.#connect();
  }

  /** Requests the list again because the request changed or something was dismissed. @param delay milliseconds until the request */
  refresh(delay?: number): void {
    if (this.recommender) delay ? this.#refresh.later(delay) : this.#refresh.now();
  }

  /** An earlier list took items. A confirmation finishes first: the shopper is looking at it. */
  taken(): void {
    this.refresh(this.#pause);
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
    if (this.layout?.remove) this.layout.remove(id);
    else this.#edit((items) => items.filter(({ item }) => item.id !== id));
  }

  /** Puts an item back at its place at once, ahead of the next response. */
  insert(recommendation: Recommendation): void {
    if (this.layout?.insert) this.layout.insert(recommendation);
    else this.#edit((items) => items.toSpliced(recommendation.position, 0, recommendation));
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
      if (current()) this.view.progress(progress);
    };
    try {
      const recommender = await this.#source(progress);
      if (!current()) return;
      this.recommender = recommender;
      this.#unsubscribe = [
        recommender.on('change', (status) => {
          this.view.changed(status);
          this.layout?.changed?.(status);
          this.#refresh.later(this.#pause);
        }),
        recommender.on('progress', progress),
        recommender.on('error', this.host.report),
      ];
      this.#refresh.now();
    } catch (thrown) {
      if (current()) this.#fail(SidestreamError.from(thrown));
    }
  }

  /** Milliseconds for which the list stays as it is, if it does. */
  get #pause(): number | undefined {
    const left = this.pausedUntil - Date.now();
    return left > 0 ? left : undefined;
  }

  #unsubscribeAll(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  async #load(): Promise<void> {
    const { recommender, layout } = this;
    const connection = this.#connection;
    // The first list is loaded in any case: it should be ready when a tab or a dialog opens.
    if (!recommender || !this.#inPage || (this.#shown && (!isRendered(this.host) || layout?.settled))) return;
    await turnsOf(recommender).take(this.host, () => this.#request(recommender, () => connection === this.#connection));
  }

  async #request(recommender: Recommender, current: () => boolean): Promise<void> {
    if (!current()) return;
    let subject = '';
    try {
      const request = this.view.request();
      if (!request) {
        this.#set({ kind: 'empty', response: null });
        return;
      }
      subject = JSON.stringify([request.placement, request.itemId]);
      this.busy = true;
      this.host.requestUpdate();
      const edits = this.#edits;
      const response = await turnsOf(recommender).request(request);
      await this.view.ready(response.items);
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
    const order = (items: Recommendation[]): string => idsOf(items).join('\n');
    // The same items in the same order keep the response's id, so that their impressions are not counted twice.
    const same = state.kind === 'filled' && order(state.response.items) === order(response.items);
    this.#settle(same ? { ...response, id: state.response.id } : response);
  }

  #settle(response: RecommendResponse): void {
    this.#set({ kind: response.items.length > 0 ? 'filled' : 'empty', response });
  }

  #fail(error: SidestreamError, keep = false): void {
    if (!keep) this.#set({ kind: 'error', error });
    this.layout?.failed?.();
    this.host.report(error);
  }

  #set(state: ListState): void {
    this.state = state;
    this.layout?.take?.(state);
    // A list that left the page takes no items from other lists and must not be retained.
    if (this.#inPage) takeItems(this);
    this.host.requestUpdate();
  }
}
