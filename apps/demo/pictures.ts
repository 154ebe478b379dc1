import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Item } from '../../src/device/protocol';

/** Line icons, as paths in a box of 24 units. */
const ICONS = {
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Zm4.8-1.7L20 20',
  basket: 'M4 9h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8L4 9Zm4 0 3-5m5 5-3-5',
  plus: 'M12 5v14M5 12h14',
  ladder: 'M8 3v18m8-18v18M8 7h8M8 12h8M8 17h8',
  close: 'm6 6 12 12M18 6 6 18',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6v-9Z',
  minus: 'M5 12h14',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  file: 'M6 3.5h8l4 4V20a.5.5 0 0 1-.5.5h-11A.5.5 0 0 1 6 20V3.5Zm8 0v4h4M12 17v-6m-2.5 2.5L12 11l2.5 2.5',
  failed: 'M12 6v7m0 4.5v.01',
} as const;

export function icon(name: keyof typeof ICONS): TemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

/** A product's picture on its tile; the initial without one, or if it cannot be shown. */
export function productImage({ image, title }: Pick<Item, 'image' | 'title'>, lazy = true): TemplateResult {
  return html`
    <span class="tile" data-initial=${title.slice(0, 1)}>
      ${
        image
          ? html`<img src=${image} alt="" width="256" height="256" decoding="async" loading=${lazy ? 'lazy' : 'eager'} referrerpolicy="same-origin" @load=${settled} @error=${settled} />`
          : nothing
      }
    </span>`;
}

const settled = ({ currentTarget, type }: Event): void => {
  if (currentTarget instanceof HTMLElement) currentTarget.hidden = type === 'error';
};
