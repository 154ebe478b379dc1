import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Recommendation } from '../../protocol';
import { formatPrice } from '../price';
import { itemHref } from './address';
import { dismissedCard, productCard } from './card';
import type { Place } from './dismissals';
import type { RecsLabels } from './labels';
import type { RowScroller } from './scroller';
import type { RecsElement } from './sidestream-recs.properties';
import type { OwnCard } from './template-card-host';

/** How a list shows its places. */
export interface ListLook {
  host: Pick<RecsElement, 'hrefTemplate' | 'currency' | 'dismissible'>;
  language: string | undefined;
  labels: RecsLabels;
  /** Fills the page's own card, if it has one. */
  fill: ReturnType<OwnCard['filler']>;
  row: RowScroller | undefined;
  onClick: (event: MouseEvent) => void;
}

/** The list of cards. The role is spelled out because Safari takes it from a list without bullets. */
export function listView(places: Place[], look: ListLook): TemplateResult {
  const { row, onClick, labels } = look;
  let position = 0;
  return html`
    <ol part="list" class="list" role="list" @click=${onClick} @auxclick=${onClick} @keydown=${row?.onKey} @scroll=${row?.measure}>
      ${repeat(
        places,
        ({ card, gone }) => card?.item.id ?? `gone ${gone?.recommendation.item.id}`,
        ({ card, gone }) =>
          gone
            ? html`<li part="item" class="item" data-dismissed=${gone.recommendation.item.id}>${dismissedCard(gone.recommendation, labels)}</li>`
            : html`<li part="item" class="item" data-id=${card.item.id}>${cardOf(card, position++, look)}</li>`,
      )}
    </ol>`;
}

function cardOf(recommendation: Recommendation, position: number, look: ListLook): TemplateResult | HTMLElement {
  const { item } = recommendation;
  const { fill, labels, language } = look;
  const { hrefTemplate, currency, dismissible } = look.host;
  const href = itemHref(item, hrefTemplate);
  const price = item.price === undefined ? '' : formatPrice(item.price, currency, language);
  return (
    fill?.(recommendation, position, href, price) ?? productCard(recommendation, { href, price, dismissible, labels })
  );
}
