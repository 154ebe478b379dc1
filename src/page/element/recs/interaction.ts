import type { EventType, Recommendation, TrackDetails } from '../../../device/protocol';
import { isPlain, once } from '../dom';
import { emit, type RecsClickDetail } from '../events';
import type { ListContext } from './card';
import type { LateParts } from './late/late-parts';
import type { ListEdits } from './list-controller';
import type { LateHost } from './settings';

export interface InteractionHost extends LateHost {
  readonly context: ListContext;
  readonly navigate: ((href: string) => unknown) | null;
}

const ITEM = '[part=item]';

/** The code that lists need once they are shown. If it cannot be loaded, lists work without it. */
const loadLate = once(() => import('./late/late-parts'));

/** Tracks clicks, impressions and dismissals of a list's items, and has the code that the list needs once it is shown. */
export class ListInteraction {
  /** Undefined until loaded: the first rendering of a list does not wait for it. */
  late: LateParts | undefined;

  constructor(
    private readonly host: InteractionHost,
    private readonly list: ListEdits,
  ) {}

  async load(): Promise<void> {
    if (this.late) return;
    try {
      const { LateParts } = await loadLate();
      if (this.late) return;
      this.late = new LateParts(this.host, this.list, this.track);
      this.host.requestUpdate();
    } catch (thrown) {
      this.host.listFailed(thrown);
    }
  }

  readonly announce = (message: string): void => this.late?.announce(message);

  /** Tracks an event of an item of the list, with the list's recommendation. */
  readonly track = (type: EventType, id: string, more?: TrackDetails): void => {
    const { activeRecommender, settings, shown } = this.host;
    const position = this.#positionOf(shown.items.findIndex(({ item }) => item.id === id));
    activeRecommender
      ?.track(type, id, {
        placement: settings.placement,
        recommendationId: shown.response,
        ...(position < 0 ? {} : { position }),
        ...more,
      })
      .catch((thrown: unknown) => this.host.listFailed(thrown));
  };

  /** One listener for built-in and template cards; a middle click opens a tab and counts too. */
  readonly onClick = (event: MouseEvent): void => {
    if (event.type === 'auxclick' && event.button !== 1) return;
    if (!(event.target instanceof Element)) return;
    const pressed = (selector: string): Element | null => (event.target as Element).closest(selector);
    const { context, shown } = this.host;
    const { labels, placement, extras, variants } = context;
    const place = event.target.closest<HTMLElement>(ITEM);
    if (pressed('[data-undo]')) this.late?.dismissals.undo(place?.dataset.dismissed, labels);
    const found = shown.items.find(({ item }) => item.id === place?.dataset.id);
    if (!found) return;
    const position = this.#positionOf(shown.items.indexOf(found));
    const { item } = variants?.of(found) ?? found;
    const detail = { item, position, placement, recommendationId: shown.response };
    if (pressed('[data-dismiss]')) void this.#dismiss({ ...found, position });
    else if (pressed('[data-add-to-cart]')) extras?.add(detail, event, context);
    else if (pressed('a, button')) this.#choose(detail, event);
  };

  /** The place of an item in the list. @param at its place among the items in the page, of which a feed has more before */
  #positionOf(at: number): number {
    const { settings, shown } = this.host;
    return settings.layout === 'feed' ? (shown.items[at]?.position ?? at) : at;
  }

  async #dismiss(chosen: Recommendation): Promise<void> {
    const { context, settings, shown } = this.host;
    // Its code loads right after the list; a faster shopper waits for it.
    await this.load();
    const { limit, layout } = settings;
    // The places of a feed stay: the others would move.
    const most = layout === 'feed' ? Number.POSITIVE_INFINITY : limit;
    this.late?.dismissals.add(chosen, shown.items, most, context.labels);
  }

  #choose(detail: RecsClickDetail, event: MouseEvent): void {
    this.track('click', detail.item.id, { position: detail.position });
    const link = (event.target as Element).closest('a');
    const href = link?.getAttribute('href');
    const { navigate } = this.host;
    // An empty href would reload the page.
    if (!emit(this.host, 'itemclick', detail) || href === '') event.preventDefault();
    else if (href && navigate && isPlain(event, link)) {
      event.preventDefault();
      navigate(href);
    }
  }
}
