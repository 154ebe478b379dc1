import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { SidestreamError } from '../../../src/error';
import { icon } from '../../demo/pictures';
import { PageElement } from '../../demo/session-element';
import type { DroppedFile } from '../session';
import { chosenFiles, droppedFiles } from './dropped-files';
import { alertOf } from './templates';

/** Where files and folders are dropped or chosen. Dispatches `studio-files` with them (`CustomEvent<DroppedFile[]>`). */
@customElement('studio-drop')
export class StudioDrop extends PageElement {
  /** Name of the files for this place; the buttons are named after it. */
  @property() label = '';
  @property({ attribute: false }) hint: TemplateResult | typeof nothing = nothing;
  @property() accept = '';
  /** Whether folders, and several files, are taken too. */
  @property({ type: Boolean }) folders = false;
  /** Why nothing can be dropped now; empty if it can. */
  @property({ attribute: false }) waits = '';
  @state() private over = false;
  @state() private reading = false;
  @state() private failure: SidestreamError | null = null;

  protected override render(): TemplateResult {
    const waits = this.reading ? 'Reading the folder …' : this.waits;
    return html`
      <div class="drop ${this.over ? 'over' : ''}" role="group" aria-label=${this.label} @dragenter=${this.#dragged} @dragover=${this.#dragged} @dragleave=${this.#dragged} @drop=${this.#dropped}>
        ${icon('file')}
        <strong>Drop ${this.folders ? 'files or a folder' : 'a file'} here</strong>
        <div class="row">
          ${this.#button(this.folders ? 'Choose files' : 'Choose a file', false, waits !== '')}
          ${this.folders && 'webkitdirectory' in HTMLInputElement.prototype ? this.#button('Choose a folder', true, waits !== '') : nothing}
        </div>
        ${this.hint === nothing ? nothing : html`<p class="hint">${this.hint}</p>`}
        ${waits === '' ? nothing : html`<p class="hint">${waits}</p>`}
      </div>
      ${alertOf('That could not be read.', this.failure)}`;
  }

  #button(text: string, folder: boolean, disabled: boolean): TemplateResult {
    return html`
      <label class="button ${folder ? 'quiet' : ''} ${disabled ? 'disabled' : ''}">
        ${text}
        <input class="visually-hidden" type="file" aria-label="${text}: ${this.label}" accept=${folder ? nothing : this.accept || nothing} ?multiple=${this.folders} ?webkitdirectory=${folder} ?disabled=${disabled} @change=${this.#chosen} />
      </label>`;
  }

  readonly #dragged = (event: DragEvent): void => {
    event.preventDefault();
    this.over = event.type !== 'dragleave' && this.waits === '' && !this.reading;
  };

  readonly #dropped = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    this.over = false;
    if (!event.dataTransfer || this.waits !== '' || this.reading) return;
    this.reading = true;
    this.failure = null;
    try {
      this.#give(await droppedFiles(event.dataTransfer));
    } catch (thrown) {
      this.failure = SidestreamError.from(thrown);
    }
    this.reading = false;
  };

  readonly #chosen = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const files = chosenFiles(target.files);
    // The same file can be chosen again after it was corrected.
    target.value = '';
    this.#give(files);
  };

  #give(files: DroppedFile[]): void {
    if (files.length === 0) {
      const message = 'There is no file in it. Choose the file itself, or a folder that contains it.';
      this.failure = new SidestreamError('catalog/empty', message);
    } else {
      this.failure = null;
      this.dispatchEvent(new CustomEvent('studio-files', { detail: this.folders ? files : files.slice(0, 1) }));
    }
  }
}
