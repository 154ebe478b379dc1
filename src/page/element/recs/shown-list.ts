import type { ReactiveController } from 'lit';
import { Impressions } from '../impressions';
import type { List } from '../list/list';
import { isRendered } from '../list/reading-order';
import { animateMoves, type CardPositions, cardPositions } from '../motion';
import { announce, FocusRestoration, prepareAnnouncer } from './accessibility';
import { Dismissals } from './dismissals';
import { RowScroller } from './row-scroller';

/** A list once it is shown, with its announcements, dismissals, animation, focus, impressions and scrolling. */
export class ShownList implements ReactiveController {
  readonly row: RowScroller;
  readonly dismissals: Dismissals;
  readonly #impressions: Impressions;
  #order: string;
  #before: CardPositions | undefined;
  #missed: boolean;

  constructor(private readonly list: List) {
    prepareAnnouncer();
    list.announce = announce;
    this.#order = this.#presentOrder;
    this.#impressions = new Impressions((id) => list.track('impression', id));
    this.row = new RowScroller(list.host);
    this.dismissals = new Dismissals(list);
    new FocusRestoration(list.host);
    list.host.addController(this);
    // The observer does not report an element that has no size from the start.
    this.#missed = !isRendered(list.host);
    // It lives as long as the element.
    new ResizeObserver(() => this.#resized()).observe(list.host);
  }

  hostUpdate(): void {
    const order = this.#presentOrder;
    this.#before = this.#order && order !== this.#order ? cardPositions(this.list.host.renderRoot) : undefined;
    this.#order = order;
  }

  hostUpdated(): void {
    const { renderRoot, isConnected } = this.list.host;
    if (this.#before) animateMoves(this.#before, renderRoot);
    if (!isConnected) return;
    // If the body is replaced, the region for announcements is gone.
    prepareAnnouncer();
    this.#impressions.watch(this.list.shown.id, [...renderRoot.querySelectorAll<HTMLElement>('[part=item][data-id]')]);
  }

  hostDisconnected(): void {
    this.#impressions.stop();
  }

  /** Refreshes a list that the page renders again. One that it does not render has no size. */
  #resized(): void {
    const { host } = this.list;
    const rendered = isRendered(host);
    if (rendered && this.#missed) this.list.refresh();
    this.#missed = host.isConnected && !rendered;
  }

  /** Which cards are where. A feed only grows, and its cards come and go as it scrolls. */
  get #presentOrder(): string {
    if (this.list.host.layout === 'feed') return '';
    return this.list.shown.items.map(({ item }) => item.id).join('\n');
  }
}
