import { html, type TemplateResult } from 'lit';
import type { Item } from '../../../device/protocol';

/**
 * Allowed schemes of pictures; `recs/safe-url.ts` is part of the page's first script and would become a separate file if imported
 * here.
 */
const SCHEMES = ['http:', 'https:', 'blob:', 'data:'];

/**
 * A picture of a product, or its initial if there is no picture. The caller shows the name next to it.
 * @param size of its sides, px
 */
export function picture({ image = '', title }: Item, size = 64): TemplateResult {
  const base = 'https://page.invalid/';
  const shown = image !== '' && URL.canParse(image, base) && SCHEMES.includes(new URL(image, base).protocol);
  return html`
    <span part="picture" class="picture" data-initial=${[...title][0] ?? ''}>
      ${shown ? html`<img src=${image} alt="" width=${size} height=${size} loading="lazy" decoding="async" @error=${hideBroken} />` : ''}
    </span>`;
}

/** The picture of a choice, with the product's name as alternative text. */
export const namedPicture = (item: Item): TemplateResult =>
  html`<li class="named" title=${item.title}>${picture(item)}<span class="unseen">${item.title}</span></li>`;

const hideBroken = ({ currentTarget }: Event): void => {
  if (currentTarget instanceof HTMLElement) currentTarget.hidden = true;
};
