import type { Recommendation } from '../../../device/protocol';
import { isPlain, once } from '../dom';
import { emit, type RecsClickDetail } from '../events';
import type { List } from '../list/list';
import type { ListContext } from './card';
import type { LateParts } from './late/late-parts';

/** The code that lists need once they are shown. If it cannot be loaded, lists work without it. */
const loadLate = once(() => import('./late/late-parts'));

/** Clicks on the cards of a list, and the code that the list needs once it is shown. */
export class ListInteraction {
  /** Undefined until loaded: the first rendering of a list does not wait for it. */
  late: LateParts | undefined;

  constructor(
    private readonly list: List,
    private readonly context: () => ListContext,
  ) {}

  async load(): Promise<void> {
    if (this.late) return;
    const { host } = this.list;
    try {
      const { LateParts } = await loadLate();
      if (this.late) return;
      this.late = new LateParts(this.list);
      host.requestUpdate();
    } catch (thrown) {
      host.report(thrown);
    }
  }

  /** One listener for built-in and template cards; a middle click opens a tab and counts too. */
  readonly onClick = (event: MouseEvent): void => {
    const { target } = event;
    if ((event.type === 'auxclick' && event.button !== 1) || !(target instanceof Element)) return;
    const context = this.context();
    const { labels, placement, extras, variants } = context;
    const place = target.closest<HTMLElement>('[part=item]');
    if (target.closest('[data-undo]')) this.late?.dismissals.undo(place?.dataset.dismissed, labels);
    const { id: recommendationId, items } = this.list.shown;
    const found = items.find(({ item }) => item.id === place?.dataset.id);
    if (!found) return;
    const position = this.list.positionOf(found.item.id);
    const { item } = variants?.of(found) ?? found;
    const detail = { item, position, placement, recommendationId };
    if (target.closest('[data-dismiss]')) void this.#dismiss({ ...found, position }, context);
    else if (target.closest('[data-add-to-cart]')) extras?.add(detail, event, context);
    else if (target.closest('a, button')) this.#choose(detail, event, target.closest('a'));
  };

  async #dismiss(chosen: Recommendation, { labels }: ListContext): Promise<void> {
    // Its code loads right after the list; a faster shopper waits for it.
    await this.load();
    const { limit, layout } = this.list.settings;
    // The places of a feed stay: the others would move.
    const most = layout === 'feed' ? Number.POSITIVE_INFINITY : limit;
    this.late?.dismissals.add(chosen, this.list.shown.items, most, labels);
  }

  #choose(detail: RecsClickDetail, event: MouseEvent, link: Element | null): void {
    const { host } = this.list;
    this.list.track('click', detail.item.id, { position: detail.position });
    const href = link?.getAttribute('href');
    // An empty href would reload the page.
    if (!emit(host, 'itemclick', detail) || href === '') event.preventDefault();
    else if (href && host.navigate && isPlain(event, link)) {
      event.preventDefault();
      host.navigate(href);
    }
  }
}
