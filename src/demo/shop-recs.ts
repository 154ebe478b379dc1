import { html, type TemplateResult } from 'lit';
import type { RecsClickDetail } from '../element';
import type { Placement } from '../protocol';
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
}

/** A row of recommendations. */
export function shopRecs(
  session: Session,
  { placement, heading, itemId = '', exclude = [], limit = 12 }: ShopRecs,
): TemplateResult {
  const chosen = ({ detail }: CustomEvent<RecsClickDetail>): void => {
    const { item, position, recommendationId } = detail;
    session.cameFrom(item.id, { placement: detail.placement, position, recommendationId });
  };
  return html`
    <sidestream-recs
      data-testid=${placement}
      layout="row"
      heading-level="2"
      href-template=${PRODUCT_TEMPLATE}
      currency=${CURRENCY}
      dismissible
      placement=${placement}
      item-id=${itemId}
      limit=${limit}
      heading=${heading}
      .exclude=${exclude}
      .recommender=${session.recommender}
      @itemclick=${chosen}
    ></sidestream-recs>`;
}
