import { html, type TemplateResult } from 'lit';
import type { Item } from '../../device/protocol';
import { imageOf, initialOf } from './image';

/** A picture of a product, or its initial. @param size of its sides, px */
export const picture = (item: Item, size = 64): TemplateResult =>
  html`<span part="picture" class="picture media" data-initial=${initialOf(item)}>${imageOf(item, size)}</span>`;
