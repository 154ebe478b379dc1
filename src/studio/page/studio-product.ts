import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Item } from '../../core/catalog';
import { productImage } from '../../demo/pictures';
import { PageElement } from '../../demo/session-element';
import { PictureStore } from '../build/picture-store';
import { studioFolder } from '../files/opfs';
import { amount } from './words';

/** The card of a product, with its picture from an address or from the files that Studio keeps. */
@customElement('studio-product')
export class StudioProduct extends PageElement {
  @property({ attribute: false }) item!: Item;
  /** Another value reads the picture again: there may be one by now. */
  @property({ attribute: false }) pictures: object | null = null;
  @state() private address = '';
  /** Address of a file's content, which is held until it is revoked. */
  #held = '';

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.get('item')?.image === this.item.image && !changed.has('pictures') && this.hasUpdated) return;
    if (changed.has('item') || changed.has('pictures')) void this.#load();
  }

  protected override render(): TemplateResult {
    const { title, price, category } = this.item;
    return html`
      ${productImage({ title, image: this.address })}
      <span class="card-title">${title}</span>
      ${price === undefined ? nothing : html`<span class="card-price">${amount(price)}</span>`}
      ${category ? html`<small>${category.replaceAll('/', ' / ').replaceAll('|', ', ')}</small>` : nothing}`;
  }

  async #load(): Promise<void> {
    const { image } = this.item;
    const address = await addressOf(image, this.pictures);
    // Meanwhile there may be another product, or no card any more.
    if (image !== this.item.image || !this.isConnected) {
      if (address.startsWith('blob:')) URL.revokeObjectURL(address);
      return;
    }
    this.#release();
    this.address = address;
    if (address.startsWith('blob:')) this.#held = address;
  }

  #release(): void {
    if (this.#held) URL.revokeObjectURL(this.#held);
    this.#held = '';
  }
}

/** The names of all pictures are read once for all cards. */
const stores = new WeakMap<object, Promise<PictureStore>>();

function storeOf(pictures: object | null): Promise<PictureStore> {
  const known = pictures && stores.get(pictures);
  if (known) return known;
  const store = PictureStore.open();
  if (pictures) stores.set(pictures, store);
  return store;
}

/** Where the page finds a picture; empty if it has none. */
async function addressOf(image: string | undefined, pictures: object | null): Promise<string> {
  if (!image) return '';
  if (/^https:/i.test(image)) return image;
  try {
    const path = (await storeOf(pictures)).pathOf(image);
    const file = path === null ? null : await (await studioFolder('pictures')).file(path);
    return file ? URL.createObjectURL(file) : '';
  } catch {
    // The card shows the first letter.
    return '';
  }
}
