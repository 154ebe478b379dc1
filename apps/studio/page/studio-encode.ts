import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { BundleReport, NearestSample } from '../session';
import { productCard } from './product-card';
import { StudioElement } from './studio-element';
import { alertOf, facts, lines, progressBar } from './templates';
import { backendWords, count, counted, duration, fileSize } from './words';

/** Step 2: encodes the products and makes the bundle. */
@customElement('studio-encode')
export class StudioEncode extends StudioElement {
  protected override render(): TemplateResult {
    const { session, state } = this;
    const { bundle } = state;
    const running = this.running('encode');
    const backend = session.encoding?.backend ?? null;
    const shown = running || session.paused || bundle === null;
    return html`
      <div class="stack ${running || bundle ? 'outcome' : ''}">
        ${running ? progressBar('Encoding', running.progress) : bundle ? result(bundle, this.state.pictures?.missingCount ?? 0) : nothing}
        ${shown ? html`<p class="hint">${backend ? `${backendWords(backend)} ` : ''}You may pause, or close this tab: encoded products are kept, and the next visit continues.</p>` : nothing}
      </div>
      ${alertOf('The products could not be encoded.', session.failureOf('encode'))}
      ${!running && session.paused ? html`<p><strong>Paused.</strong> All encoded products are kept.</p>` : nothing}
      <div class="row">
        ${
          running
            ? html`<button class="button" type="button" ?disabled=${running.ending} @click=${this.#pause}>${running.ending ? 'Pausing …' : 'Pause'}</button>`
            : html`<button class="button ${bundle && !session.paused ? 'quiet' : ''}" type="button" ?disabled=${session.running !== null} @click=${this.#encode}>${this.#start}</button>`
        }
      </div>
      ${this.#samples(running || session.paused ? (session.encoding?.samples ?? bundle?.samples ?? []) : (bundle?.samples ?? []))}`;
  }

  /** Label of the button. */
  get #start(): string {
    if (this.session.paused) return 'Continue';
    if (this.session.failureOf('encode')) return 'Try again';
    const products = counted(this.state.catalog?.products ?? 0, 'product');
    return this.state.bundle ? `Encode ${products} again` : `Encode ${products}`;
  }

  #samples(samples: readonly NearestSample[]): TemplateResult | typeof nothing {
    if (samples.length === 0) return nothing;
    return html`
      <h3>Products and their nearest</h3>
      <p class="hint">
        ${samples.length === 5 ? 'Five' : counted(samples.length, 'product')} at random, each with those whose text and picture are most alike. If they look
        right to you, the encoders read your shop well.
      </p>
      <ul class="stack">
        ${samples.map(
          ({ product, nearest }) => html`
            <li class="sample">
              ${productCard(product, this.state)}
              <ul class="nearest" aria-label="Nearest to ${product.title}">${nearest.map((item) => html`<li>${productCard(item, this.state)}</li>`)}</ul>
            </li>`,
        )}
      </ul>`;
  }

  readonly #encode = (): Promise<void> =>
    this.focusDuring(this.session.encode(), () => this.session.paused || this.session.failureOf('encode') !== null);

  readonly #pause = (): void => {
    void this.session.pause();
  };
}

/** @param missing number of pictures that products name and that could not be read */
function result(bundle: BundleReport, missing: number): TemplateResult {
  const { items, bytes, encoded, reused, withoutPicture, seconds, backend, notes } = bundle;
  return html`
    <p class="result" tabindex="-1"><strong>The bundle is made:</strong> ${counted(items, 'product')} in ${fileSize(bytes)}.</p>
    ${facts([
      ['Texts and pictures encoded', count(encoded)],
      ['Kept from before', count(reused)],
      ['Without a picture', count(withoutPicture)],
      ['Time', duration(seconds)],
    ])}
    <p class="hint">${backendWords(backend)}</p>
    ${
      missing === 0
        ? nothing
        : html`<p class="panel wash">${counted(missing, 'picture')} could not be read; ${missing === 1 ? 'its product is' : 'their products are'} compared by text alone. <a href="#catalogue">Step 1 names them</a>: drop the files there and encode again.</p>`
    }
    ${lines(notes)}`;
}
