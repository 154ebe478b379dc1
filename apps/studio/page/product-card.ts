import { html, nothing, type TemplateResult } from 'lit';
import { until } from 'lit/directives/until.js';
import type { Item } from '../../../src/core/catalog';
import { kept } from '../../../src/core/common/grouped';
import { productImage } from '../../demo/pictures';
import { PictureStore } from '../build/picture-store';
import { studioFolder } from '../files/opfs';
import type { StudioState } from '../session';
import { ownShop } from './own-shop';
import { amount } from './words';

/** The names of all pictures, and the pictures of cards: read once, and again when the user has added some. */
const read = new WeakMap<object, { names: Promise<PictureStore>; pictures: Map<string, Promise<TemplateResult>> }>();

/** The card of a product, with its picture from an address or from the files that Studio keeps. */
export function productCard(item: Item, state: StudioState): TemplateResult {
  const { title, price, category } = item;
  return html`
    <div class="studio-product">
      ${until(pictureOf(item, state.pictures ?? state.catalog ?? state), productImage({ title }))}
      <span class="card-title">${title}</span>
      ${price === undefined ? nothing : html`<span>${amount(price, ownShop(state.catalog).currency)}</span>`}
      ${category ? html`<small>${category.replaceAll('/', ' / ').replaceAll('|', ', ')}</small>` : nothing}
    </div>`;
}

/** @param of another object reads the picture again */
function pictureOf({ title, image = '' }: Item, of: object): Promise<TemplateResult> {
  const { names, pictures } = kept(read, of, () => ({ names: PictureStore.open(), pictures: new Map() }));
  return kept(pictures, `${image}\n${title}`, async () =>
    productImage({ title, image: await addressOf(image, names) }),
  );
}

/** Where the page finds a picture; empty if it has none. */
async function addressOf(image: string, names: Promise<PictureStore>): Promise<string> {
  if (/^https:/i.test(image)) return image;
  try {
    const path = (await names).pathOf(image);
    const file = path === null ? null : await (await studioFolder('pictures')).file(path);
    return file ? URL.createObjectURL(file) : '';
  } catch {
    // The card shows the first letter.
    return '';
  }
}
