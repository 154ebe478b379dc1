import type { ReactiveController } from 'lit';
import type { EventType } from '../../../../device/protocol';
import { animateMoves, type CardPositions, cardPositions } from '../../motion';
import type { ListEdits } from '../list-controller';
import type { LateHost } from '../settings';
import { announce, FocusRestoration, prepareAnnouncer } from './accessibility';
import { Dismissals } from './dismissals';
import { Impressions } from './impressions';
import { RowScroller } from './scroller';

/** Parts that a list needs once it is shown: announcements, dismissals, animation, focus, impressions, scrolling. */
export class LateParts implements ReactiveController {
  readonly announce = announce;
  readonly row: RowScroller;
  readonly dismissals: Dismissals;
  readonly #host: LateHost;
  readonly #impressions: Impressions;
  #order: string;
  #before: CardPositions | undefined;

  constructor(host: LateHost, list: ListEdits, track: (type: EventType, id: string) => void) {
    prepareAnnouncer();
    this.#host = host;
    this.#order = this.#presentOrder;
    this.#impressions = new Impressions((id) => track('impression', id));
    this.row = new RowScroller(host);
    this.dismissals = new Dismissals(host, list, track, announce);
    new FocusRestoration(host);
    whenRenderedAgain(host, () => list.refresh());
    host.addController(this);
  }

  hostUpdate(): void {
    const order = this.#presentOrder;
    this.#before = this.#order && order !== this.#order ? cardPositions(this.#host.renderRoot) : undefined;
    this.#order = order;
  }

  hostUpdated(): void {
    const { renderRoot, isConnected, shown } = this.#host;
    if (this.#before) animateMoves(this.#before, renderRoot);
    if (!isConnected) return;
    // If the body is replaced, the region for announcements is gone.
    prepareAnnouncer();
    this.#impressions.watch(shown.response, [...renderRoot.querySelectorAll<HTMLElement>('[part=item][data-id]')]);
  }

  hostDisconnected(): void {
    this.#impressions.stop();
  }

  /** Which cards are where. A feed only grows, and its cards come and go as it scrolls. */
  get #presentOrder(): string {
    if (this.#host.layout === 'feed') return '';
    return this.#host.shown.items.map(({ item }) => item.id).join('\n');
  }
}

/** Calls `again` whenever a list that the page had stopped rendering is rendered again. */
function whenRenderedAgain(list: LateHost, again: () => void): void {
  // The observer does not report an element that has no size from the start.
  let missed = !list.rendered;
  // An element that is not rendered has no size. The observer lives as long as the element.
  new ResizeObserver(() => {
    const { rendered, isConnected } = list;
    if (rendered && missed) again();
    missed = isConnected && !rendered;
  }).observe(list);
}
