import { html, type TemplateResult } from 'lit';
import type { Placement } from '../device/protocol';
import type { RecsAddToCartDetail, RecsClickDetail, RecsLabels } from '../page/element';
import { PRODUCT_TEMPLATE } from './route';
import type { Session } from './session';
import { CURRENCY } from './settings';

/** Settings of a list in this shop. */
export interface ShopRecs {
  placement: Placement;
  heading: string;
  itemId?: string;
  exclude?: string[];
  limit?: number;
  /** Whether its cards have a button that puts the product into the basket. */
  addToCart?: boolean;
}

const LABELS: Partial<RecsLabels> = {
  addToCart: 'Add to basket',
  addedToCart: (title) => `${title} is in your basket.`,
};

/** Heading of the list for the shopper: it says "for you" only if the shop learns. */
export const forYou = ({ learning }: Session): string =>
  learning === 'on' ? 'Recommended for you' : 'From all over the shop';

/** A row of recommendations. */
export function shopRecs(
  session: Session,
  { placement, heading, itemId = '', exclude = [], limit = 12, addToCart = false }: ShopRecs,
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
      data-testid=${placement}
      layout="row"
      heading-level="2"
      href-template=${PRODUCT_TEMPLATE}
      currency=${CURRENCY}
      ?dismissible=${session.learning !== 'denied'}
      ?add-to-cart=${addToCart}
      placement=${placement}
      item-id=${itemId}
      limit=${limit}
      heading=${heading}
      .exclude=${exclude}
      .labels=${LABELS}
      .recommender=${session.recommender}
      @itemclick=${chosen}
      @addtocart=${added}
    ></sidestream-recs>`;
}
