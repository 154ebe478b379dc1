import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { table } from '../../demo/charts/shop-chart';
import { type Columns, foundInCatalog } from '../files/columns';
import type { CatalogReport, DroppedFile, PicturesReport } from '../session';
import { shopQuestions } from './own-shop';
import { productCard } from './product-card';
import './studio-drop';
import { StudioElement } from './studio-element';
import { andMore, lines } from './templates';
import { count, counted, languageName } from './words';

/** Most refused rows, and pictures that are missing, in a table. */
const MAX_ROWS = 20;

const FORMATS = html`CSV or TSV, JSON Lines or JSON, Shopify’s product export or <code>products.json</code>, Google Merchant
  Center (XML or TSV), RSS, Atom, pages with schema.org data. The content decides, not the name.`;

/** Fields of a product that a column may have. */
const FIELDS = {
  id: 'What: its number or code',
  title: 'Name',
  category: 'Category',
  price: 'Price',
  image: 'Picture',
  url: 'Address of its page',
  description: 'Description',
};

/** Step 1: reads the products and their pictures. */
@customElement('studio-catalog')
export class StudioCatalog extends StudioElement {
  protected override render(): TemplateResult {
    const { catalog } = this.state;
    return html`
      ${catalog === null ? nothing : this.#read(catalog)}
      ${this.reading('catalogue', 'products')} ${this.columns('catalogue', FIELDS, foundInCatalog, (files, chosen) => this.#chosen(files, chosen))}
      ${
        catalog === null
          ? this.#drop('Product export')
          : html`
              <details class="ruled again">
                <summary>Read another product export</summary>
                <p class="hint">It replaces these products and their bundle.</p>
                ${this.#drop('Another product export')}
              </details>
              ${this.#pictures(catalog)}`
      }`;
  }

  #drop(label: string): TemplateResult {
    return html`<studio-drop label=${label} folders .hint=${FORMATS} .waits=${this.session.waits} @studio-files=${({ detail }: CustomEvent<DroppedFile[]>) => this.#chosen(detail)}></studio-drop>`;
  }

  #read(catalog: CatalogReport): TemplateResult {
    const { files, products, language, languageNote, summary, first, refused, refusedCount } = catalog;
    const named = files.length > 3 ? `${counted(files.length, 'file')}` : files.join(', ');
    return html`
      <p class="result" tabindex="-1">
        <strong>${counted(products, 'product')}</strong> from ${named}${language === null ? '; their language was not recognised' : ` in ${languageName(language)}`}.
      </p>
      ${languageNote === null ? nothing : html`<p class="panel wash">${languageNote}</p>`} ${lines(summary)}
      ${shopQuestions(catalog, () => this.requestUpdate())}
      <h3 id="first-products">Some of your products</h3>
      <ul class="grid" aria-labelledby="first-products">
        ${first.map((item) => html`<li>${productCard(item, this.state)}</li>`)}
      </ul>
      ${andMore(products, first.length)}
      ${
        refusedCount === 0
          ? nothing
          : html`
              <h3>${counted(refusedCount, 'problem')} in the rows</h3>
              <p class="hint">What is good was kept. Correct these rows in your shop, or continue without them.</p>
              ${table(
                'Refused rows',
                ['Row', 'Product', 'Field', 'Reason'],
                refused
                  .slice(0, MAX_ROWS)
                  .map(({ file, line, unit, id, title, field, reason }) => [
                    `${files.length > 1 && file ? `${file}, ` : ''}${unit ?? 'line'} ${line}`,
                    id ?? title ?? '',
                    field,
                    reason,
                  ]),
              )}
              ${andMore(refusedCount, Math.min(MAX_ROWS, refused.length))}`
      }`;
  }

  #pictures({ picturesByFile, picturesByAddress, products }: CatalogReport): TemplateResult {
    const { session, state } = this;
    const none = products - picturesByFile - picturesByAddress;
    return html`
      <h3>Pictures</h3>
      ${lines([
        picturesByFile > 0 && `${counted(picturesByFile, 'product names', 'products name')} a picture file.`,
        picturesByAddress > 0 &&
          `${counted(picturesByAddress, 'product has', 'products have')} a web address as picture: it is fetched from there while the products are encoded, if that host allows it. If not, drop the files here.`,
        none > 0 &&
          `${counted(none, 'product has', 'products have')} no picture, and ${none === 1 ? 'is' : 'are'} compared by text alone.`,
      ])}
      ${state.pictures ? found(state.pictures, picturesByFile, picturesByAddress) : nothing}
      ${this.reading('pictures', 'pictures')}
      ${
        picturesByFile + picturesByAddress === 0
          ? nothing
          : html`<studio-drop label="Pictures" folders accept="image/*,.zip" .hint=${html`A folder, picture files, or a zip of them.`} .waits=${session.waits} @studio-files=${this.#pictured}></studio-drop>`
      }`;
  }

  async #chosen(files: DroppedFile[], columns: Columns = {}): Promise<void> {
    await this.session.readCatalog(files, columns);
    await this.focusRead('catalogue', '.result');
  }

  readonly #pictured = async ({ detail }: CustomEvent<DroppedFile[]>): Promise<void> => {
    await this.session.addPictures(detail);
    if (this.session.failureOf('pictures')) await this.showAlert();
  };
}

function found(
  { found: held, missing, missingCount }: PicturesReport,
  byFile: number,
  byAddress: number,
): TemplateResult | typeof nothing {
  // Whether an address answers is known only when it is fetched.
  if (byFile === 0 && missingCount === 0) return nothing;
  if (held === byAddress && missingCount === byFile)
    return html`<p><strong>None of these files is here yet.</strong> Without them, the products are compared by text alone.</p>`;
  return html`
    <p><strong>${counted(held, 'picture')} found</strong>${missingCount === 0 ? ', none is missing' : `, ${count(missingCount)} missing`}.</p>
    ${
      missingCount === 0
        ? nothing
        : html`
            ${table(
              'Missing pictures',
              ['Picture', 'Reason'],
              missing.slice(0, MAX_ROWS).map(({ name, reason }) => [name, reason]),
            )}
            ${andMore(missingCount, Math.min(MAX_ROWS, missing.length))}`
    }`;
}
