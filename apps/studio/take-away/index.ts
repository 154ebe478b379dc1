import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { SidestreamError } from '../../../src/error';
import { copyText } from '../../demo/copy-text';
import { PageElement } from '../../demo/session-element';
import { studioFolder } from '../files/opfs';
import { type OutFile, writeZip } from '../files/zip';
import { ownShop } from '../page/own-shop';
import { alertOf, facts, progressBar } from '../page/templates';
import { counted, fileSize } from '../page/words';
import type { StudioState } from '../session';
import { bytesIn, findParts, type Layout, laidOut, lean, type Parts } from './files';
import { readme, shopifyReadme, twoLines } from './texts';
import { THEME } from './theme';

const LAYOUTS: Readonly<Record<Layout, { name: string; archive: string }>> = {
  web: { name: 'Any web server', archive: 'recommender.zip' },
  shopify: { name: 'Shopify theme', archive: 'recommender-shopify.zip' },
};
/** Largest file that the text about Shopify does not warn of: themes refuse larger ones. */
const MAX_THEME_FILE = 20e6;

/** How the last saving ended, or how far it is. */
type Saving =
  | { kind: 'none' }
  | { kind: 'running'; done: number; total: number }
  | { kind: 'done'; text: string }
  | { kind: 'failed'; error: SidestreamError };

/** Step 5: the files to upload, and the lines to paste. */
@customElement('studio-take-away')
export class StudioTakeAway extends PageElement {
  @property({ attribute: false }) state!: StudioState;
  @state() private layout: Layout = 'web';
  /** Whether the files of the encoders are taken, too. A theme refuses the largest of them. */
  readonly #encoders: Record<Layout, boolean> = { web: true, shopify: false };
  @state() private parts: Parts | null = null;
  @state() private failure: SidestreamError | null = null;
  @state() private saving: Saving = { kind: 'none' };
  @state() private copied = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('state') && this.state.bundle) void this.#find();
  }

  protected override render(): TemplateResult {
    const saving = this.saving.kind === 'running';
    return html`
      <fieldset class="row" ?disabled=${saving}>
        <legend>Where is your shop?</legend>
        ${(['web', 'shopify'] as const).map(
          (layout) => html`
            <label class="check">
              <input type="radio" name="take-layout" value=${layout} .checked=${layout === this.layout} @change=${() => this.#choose(layout)} />
              <span>${LAYOUTS[layout].name}</span>
            </label>`,
        )}
      </fieldset>
      ${alertOf('The files cannot be put together.', this.failure, this.#find)}
      ${this.parts ? this.#found(this.#encoders[this.layout] ? this.parts : lean(this.parts)) : this.failure ? nothing : html`<p role="status">Looking through the files …</p>`}`;
  }

  #found(parts: Parts): TemplateResult {
    const { scripts, bundle, pictures, encoders, firstList } = parts;
    const files = laidOut(this.layout, parts, THEME);
    const row = (name: string, list: readonly OutFile[]): [string, string] | false =>
      list.length > 0 && [name, `${counted(list.length, 'file')}, ${fileSize(bytesIn(list))}`];
    const searching = encoders.bytes > 0 && this.#encoders[this.layout];
    return html`
      <p class="result" data-testid="take-first">
        <strong>A shopper loads ${fileSize(firstList)} for the first list</strong>, and its pictures${searching ? `; ${fileSize(encoders.bytes)} only who searches by description or by photo` : ''}.
      </p>
      ${
        encoders.bytes > 0
          ? html`
            <label class="check">
              <input type="checkbox" .checked=${this.#encoders[this.layout]} ?disabled=${this.saving.kind === 'running'} @change=${this.#takeEncoders} />
              <span>With the encoders, ${fileSize(encoders.bytes)}: shoppers can search by description and by photo.</span>
            </label>`
          : nothing
      }
      <div data-testid="take-facts">
        ${facts([
          row('Together', files),
          row('Script', scripts),
          row('Bundle', bundle),
          this.layout === 'web' && row('Pictures', pictures),
        ])}
      </div>
      <div class="row">
        <button class="button" type="button" data-testid="take-zip" ?disabled=${this.saving.kind === 'running'} @click=${() => this.#save(files)}>Download a zip</button>
      </div>
      ${this.#outcome()} ${this.layout === 'web' ? this.#web(parts) : this.#shopify(parts)}`;
  }

  #outcome(): TemplateResult {
    const saving = this.saving;
    return html`
      ${
        saving.kind === 'running'
          ? progressBar('Packing files', { ...saving, stage: 'Packing files', perSecond: null, secondsLeft: null })
          : nothing
      }
      <p class="take-done panel wash" role="status" data-testid="take-done">${saving.kind === 'done' ? saving.text : nothing}</p>
      ${saving.kind === 'failed' ? alertOf('The files were not saved.', saving.error) : nothing}`;
  }

  #web({ pictures, lines }: Parts): TemplateResult {
    return html`
      <h3>Paste</h3>
      <p>These two lines into a page of your shop, where the list should be:</p>
      ${this.#lines(twoLines(lines))}
      ${explained(readme({ pictures: pictures.length > 0, lines }))}`;
  }

  #shopify({ pictures, scripts, bundle }: Parts): TemplateResult {
    const large = [...scripts, ...bundle].filter(({ bytes }) => bytes > MAX_THEME_FILE);
    return html`
      ${
        large.length > 0
          ? html`<p class="panel wash">${large.map(({ path }) => path).join(' and ')} may be too large for a theme. Lists work without the encoders.</p>`
          : nothing
      }
      ${explained(shopifyReadme(pictures.length > 0))}`;
  }

  #lines(text: string): TemplateResult {
    return html`
      ${codeBlock('The two lines to paste', text)}
      <p class="row">
        <button class="button quiet" type="button" data-testid="take-copy" @click=${this.#copy}>Copy</button>
        <span role="status">${this.copied}</span>
      </p>`;
  }

  readonly #find = async (): Promise<void> => {
    const { bundle } = this.state;
    this.failure = null;
    try {
      const [files, pictures] = await Promise.all([studioFolder('bundle'), studioFolder('pictures')]);
      const page = (address: string): Promise<Response> => fetch(address, { cache: 'no-cache' });
      const parts = await findParts({ bundle: files, pictures, page }, ownShop(this.state.catalog));
      if (bundle !== this.state.bundle) return;
      this.parts = parts;
    } catch (thrown) {
      this.parts = null;
      this.failure = SidestreamError.from(thrown);
    }
  };

  #choose(layout: Layout): void {
    this.layout = layout;
    this.saving = { kind: 'none' };
    this.copied = '';
  }

  readonly #takeEncoders = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLInputElement) this.#encoders[this.layout] = currentTarget.checked;
    this.saving = { kind: 'none' };
  };

  /** Packs the files and hands the archive to the browser, which saves it where it saves downloads. */
  async #save(files: OutFile[]): Promise<void> {
    const { archive } = LAYOUTS[this.layout];
    let done = 0;
    try {
      const packed = await writeZip(files, () => {
        this.saving = { kind: 'running', done: ++done, total: files.length };
      });
      const address = URL.createObjectURL(packed);
      Object.assign(document.createElement('a'), { href: address, download: archive }).click();
      // The browser reads it after the click has returned.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      const text = `${counted(files.length, 'file')} packed: the browser saves them as ${archive} with your downloads.`;
      this.saving = { kind: 'done', text };
    } catch (thrown) {
      this.saving = { kind: 'failed', error: SidestreamError.from(thrown) };
    }
  }

  readonly #copy = async (): Promise<void> => {
    this.copied = await copyText(this.parts ? twoLines(this.parts.lines) : '', this.querySelector('pre code'));
  };
}

/** Where the files go, and what to do later: the text that lies beside them. */
const explained = (text: string): TemplateResult => html`
  <h3>What goes where</h3>
  <p class="hint">This is the file <code>README.txt</code>.</p>
  <pre tabindex="0" role="region" aria-label="README.txt">${text}</pre>`;

const codeBlock = (label: string, text: string): TemplateResult =>
  html`<pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>`;
