import { html, nothing, type TemplateResult } from 'lit';
import { safeImage } from '../../core/card';
import type { Item } from '../../device/protocol';

/**
 * The picture of a product on a tile with its initial, which shows if there is no picture. Its `alt` is empty: the caller shows the name
 * next to it.
 * @param size of its sides, px
 */
export function imageOf({ image }: Item, size: number, decoding = 'async'): TemplateResult | typeof nothing {
  const src = safeImage(image);
  return src
    ? html`<img part="image" class="image" src=${src} alt="" width=${size} height=${size} loading="lazy" decoding=${decoding} @error=${hideBroken} />`
    : nothing;
}

/** Hides a picture that does not load, which reveals the initial behind it. */
function hideBroken({ currentTarget }: Event): void {
  if (currentTarget instanceof HTMLElement) currentTarget.hidden = true;
}

export const initialOf = ({ title }: Item): string => [...title][0] ?? '';

/** A picture of a product, or its initial. @param size of its sides, px */
export const picture = (item: Item, size = 64): TemplateResult =>
  html`<span part="picture" class="picture media" data-initial=${initialOf(item)}>${imageOf(item, size)}</span>`;
