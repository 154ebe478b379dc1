import type { ReactiveController } from 'lit';
import type { List } from '../../list/list';
import { isRendered } from '../../list/reading-order';
import { animateMoves, type CardPositions, cardPositions } from '../../motion';
import { announce, FocusRestoration, prepareAnnouncer } from './accessibility';
import { Dismissals } from './dismissals';
import { Impressions } from './impressions';
import { RowScroller } from './scroller';

/** Parts that a list needs once it is shown: announcements, dismissals, animation, focus, impressions, scrolling. */
export class LateParts implements ReactiveController {
  readonly row: RowScroller;
  readonly dismissals: Dismissals;
  readonly #impressions: Impressions;
  #order: string;
  #before: CardPositions | undefined;

  constructor(private readonly list: List) {
    prepareAnnouncer();
    list.announce = announce;
    this.#order = this.#presentOrder;
    this.#impressions = new Impressions((id) => list.track('impression', id));
    this.row = new RowScroller(list.host);
    this.dismissals = new Dismissals(list);
    new FocusRestoration(list.host);
    whenRenderedAgain(list);
    list.host.addController(this);
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

  /** Which cards are where. A feed only grows, and its cards come and go as it scrolls. */
  get #presentOrder(): string {
    if (this.list.host.layout === 'feed') return '';
    return this.list.shown.items.map(({ item }) => item.id).join('\n');
  }
}

/** Refreshes a list that the page had stopped rendering whenever it is rendered again. */
function whenRenderedAgain(list: List): void {
  // The observer does not report an element that has no size from the start.
  const { host } = list;
  let missed = !isRendered(host);
  // An element that is not rendered has no size. The observer lives as long as the element.
  new ResizeObserver(() => {
    const rendered = isRendered(host);
    if (rendered && missed) list.refresh();
    missed = host.isConnected && !rendered;
  }).observe(host);
}
