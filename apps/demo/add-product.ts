import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { NewItem } from '../../src/device/protocol';
import { SidestreamError } from '../../src/error';
import { categorySlug } from './category';
import { icon } from './pictures';
import { routeHref } from './route';
import { ShopElement } from './session';
import { progressBar, STAGES } from './templates';

const ACCEPTED = 'image/png,image/jpeg,image/webp,image/gif,image/avif';

/** Reads the form; the image is a separate parameter because it may have been dropped. */
function newItem(form: FormData, image: File | null, stamp: number): NewItem {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const price = Number.parseFloat(text('price').replace(',', '.'));
  return {
    id: `own-${categorySlug(text('title')) || 'product'}-${stamp.toString(36)}`,
    title: text('title'),
    description: text('description'),
    category: text('category'),
    published: new Date(stamp).toISOString().slice(0, 10),
    ...(Number.isFinite(price) ? { price } : {}),
    ...(image ? { image } : {}),
  };
}

/** The dialog that adds a product. Its text and image are encoded on this device. */
@customElement('add-product')
export class AddProduct extends ShopElement {
  #image: File | null = null;
  @state() private preview = '';
  /** The browser cannot show the image, so it cannot be encoded either. */
  @state() private unreadable = false;
  @state() private over = false;
  @state() private busy = false;
  @state() private failure: SidestreamError | null = null;

  open(): void {
    this.failure = null;
    this.querySelector('dialog')?.showModal();
  }

  protected override render(): TemplateResult {
    const busy = this.busy;
    return html`
      <dialog aria-labelledby="add-title" data-testid="add-dialog" @cancel=${this.#cancel}>
        <form class="stack" @submit=${this.#submit} autocomplete="off">
          <header class="spread">
            <h2 id="add-title">Add a product</h2>
            <button class="icon-button" type="button" aria-label="Close" ?disabled=${busy} @click=${this.#close}>${icon('close')}</button>
          </header>
          <div class="dialog-body">
            ${this.#dropZone()}
            <div class="fields">
              <label>Title<input name="title" required maxlength="200" data-testid="add-title" ?disabled=${busy} /></label>
              <label>Description<textarea name="description" rows="3" maxlength="2000" data-testid="add-description" ?disabled=${busy}></textarea></label>
              <div class="field-pair">
                <label>Category<input name="category" list="add-categories" maxlength="200" data-testid="add-category" ?disabled=${busy} /></label>
                <label>Price (€)<input name="price" type="number" min="0" step="0.01" inputmode="decimal" data-testid="add-price" ?disabled=${busy} /></label>
              </div>
              <datalist id="add-categories">
                ${this.session.categories.flatMap(({ path, children }) =>
                  (children.length > 0 ? children.map((child) => child.path) : [path]).map(
                    (value) => html`<option value=${value}></option>`,
                  ),
                )}
              </datalist>
            </div>
          </div>
          ${this.failure ? html`<p class="alert" role="alert">${this.failure.message}</p>` : nothing}
          <footer class="row spread">
            ${busy ? this.#working() : html`<p class="hint">Read on this device only${this.session.consent === 'granted' ? ', and kept here' : '; gone when you close the shop'}.</p>`}
            <button class="button" type="submit" data-testid="add-submit" ?disabled=${busy}>${busy ? 'Adding …' : 'Add product'}</button>
          </footer>
        </form>
      </dialog>`;
  }

  #dropZone(): TemplateResult {
    const dragged = (event: DragEvent) => {
      event.preventDefault();
      this.over = event.type !== 'dragleave';
    };
    return html`
      <label class="drop ${this.over ? 'over' : ''}" @dragover=${dragged} @dragenter=${dragged} @dragleave=${dragged} @drop=${this.#dropped}>
        ${
          this.preview
            ? html`<img src=${this.preview} alt="Preview of the picture" ?hidden=${this.unreadable} @error=${this.#broken} />`
            : html`<span>${icon('picture')}<span>Drop a picture here<br />or <u>choose a file</u></span></span>`
        }
        <input class="visually-hidden" type="file" name="picture" accept=${ACCEPTED} aria-label="Picture" data-testid="add-picture" ?disabled=${this.busy} @change=${this.#chosen} />
      </label>`;
  }

  #working(): TemplateResult {
    const progress = this.session.progress ?? { stage: 'encode' as const, loaded: 0, total: 0 };
    return html`<div class="working hint" role="status"><span>${STAGES[progress.stage]} …</span>${progressBar(progress)}</div>`;
  }

  readonly #chosen = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) this.#take(target.files?.[0] ?? null);
  };

  readonly #dropped = (event: DragEvent): void => {
    event.preventDefault();
    this.over = false;
    const file = event.dataTransfer?.files[0];
    if (file) this.#take(file);
  };

  #take(file: File | null): void {
    if (this.preview) URL.revokeObjectURL(this.preview);
    const isImage = file?.type.startsWith('image/') ?? false;
    this.unreadable = false;
    this.#image = isImage ? file : null;
    this.preview = this.#image ? URL.createObjectURL(this.#image) : '';
    this.failure =
      file && !isImage
        ? new SidestreamError('encoder/bad-image', `“${file.name}” is not a picture. Choose a PNG, JPEG or WebP file.`)
        : null;
  }

  readonly #broken = (): void => {
    this.unreadable = true;
    const message = `The picture “${this.#image?.name}” could not be read. Choose a PNG, JPEG or WebP file.`;
    this.failure = new SidestreamError('encoder/bad-image', message);
  };

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.unreadable) return;
    const form = event.currentTarget as HTMLFormElement;
    const item = newItem(new FormData(form), this.#image, Date.now());
    this.busy = true;
    this.failure = null;
    try {
      const { id } = await this.session.add(item);
      form.reset();
      this.#take(null);
      this.#close();
      location.hash = routeHref('product', id);
    } catch (thrown) {
      this.failure = SidestreamError.from(thrown);
    } finally {
      this.busy = false;
    }
  };

  readonly #close = (): void => this.querySelector('dialog')?.close();

  /** Escape must not hide the dialog while the product is being added. */
  readonly #cancel = (event: Event): void => {
    if (this.busy) event.preventDefault();
  };
}
