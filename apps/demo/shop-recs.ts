import { html, nothing, type TemplateResult } from 'lit';
import type { RecsAddToCartDetail, RecsClickDetail, RecsLabels, SidestreamRecs } from '../../src/page/element';
import { PRODUCT_TEMPLATE, routeHref } from './route';
import { bytesText, SENT_MEANS } from './sent/count-sent';
import type { Session } from './session';

type Settings = 'heading' | 'itemId' | 'exclude' | 'limit' | 'addToCart' | 'layout';

/** Settings of a list in this shop. */
export interface ShopRecs extends Pick<SidestreamRecs, 'placement'>, Partial<Pick<SidestreamRecs, Settings>> {
  /** Whether the list says what it is worked out from. */
  basis?: boolean;
}

const LABELS: Partial<RecsLabels> = {
  addToCart: 'Add to basket',
  addedToCart: (title) => `${title} is in your basket.`,
  bundle: { addAll: 'Add all to basket', addSelected: 'Add selection to basket', added: 'In your basket' },
};

/** Heading of the list for the shopper: it says "for you" only if the shop learns. */
export const forYou = ({ learns }: Session): string => (learns ? 'Recommended for you' : 'From all over the shop');

/** The list's basis, and the bytes that were sent for it. */
function basisText({ learns, choices, sent }: Session): TemplateResult | string {
  if (!learns) return 'You said no, so this list is the same for everybody.';
  if (choices === null) return '';
  const from = choices === 1 ? '1 thing' : `${choices} things`;
  return html`
    ${
      choices === 0
        ? 'Look at something and this list follows, worked out in this browser.'
        : `From ${from} you looked at, worked out in this browser.`
    }
    <span class="sent" title=${SENT_MEANS}>Sent: <b data-testid="sent">${bytesText(sent)}</b>.</span>
    ${choices === 0 ? nothing : html`<a href=${routeHref('inspector')} data-testid="why">Why?</a>`}`;
}

/** A list of recommendations. */
export function shopRecs(
  session: Session,
  {
    placement,
    heading = '',
    itemId = '',
    exclude = [],
    limit = 12,
    addToCart = false,
    layout = 'row',
    basis = false,
  }: ShopRecs,
): TemplateResult {
  const chosen = ({ detail }: CustomEvent<RecsClickDetail>): void => {
    const { item, position, recommendationId } = detail;
    session.cameFrom(item.id, { placement: detail.placement, position, recommendationId });
  };
  // The list tracks the event itself.
  const added = ({ detail }: CustomEvent<RecsAddToCartDetail>): void => {
    for (const { item } of detail.items) session.putInBasket(item);
  };
  return html`
    <sidestream-recs
      data-testid=${layout === 'bundle' ? layout : placement}
      layout=${layout}
      heading-level="2"
      href-template=${PRODUCT_TEMPLATE}
      currency=${session.settings.currency}
      ?dismissible=${session.learns}
      ?add-to-cart=${addToCart}
      placement=${placement}
      .itemId=${itemId}
      limit=${limit}
      heading=${heading}
      .exclude=${exclude}
      .labels=${LABELS}
      .recommender=${session.recommender}
      @itemclick=${chosen}
      @addtocart=${added}
    >
      ${
        basis
          ? html`
            <div slot="header">
              <h2>${heading}</h2>
              <p class="hint basis" data-testid="basis">${basisText(session)}</p>
            </div>`
          : nothing
      }
    </sidestream-recs>`;
}
