import { html, type TemplateResult } from 'lit';
import { safeImage } from '../../core/card';
import type { Item } from '../../device/protocol';
import { hideBroken } from './dom';

/**
 * A picture of a product, or its initial if there is no picture. The caller shows the name next to it.
 * @param size of its sides, px
 */
export function picture({ image, title }: Item, size = 64): TemplateResult {
  const src = safeImage(image);
  return html`
    <span part="picture" class="picture media" data-initial=${[...title][0] ?? ''}>
      ${src ? html`<img class="image" src=${src} alt="" width=${size} height=${size} loading="lazy" decoding="async" @error=${hideBroken} />` : ''}
    </span>`;
}

/** The picture of a choice, with the product's name as alternative text. */
export const namedPicture = (item: Item): TemplateResult =>
  html`<li class="named" title=${item.title}>${picture(item)}<span class="sidestream-unseen">${item.title}</span></li>`;
