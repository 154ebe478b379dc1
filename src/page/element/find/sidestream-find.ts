import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Recommender } from '../../../device/protocol';
import { correct, define, isPlain, languageOf } from '../dom';
import { emit } from '../events';
import { Impressions } from '../impressions';
import { SourceProperties } from '../properties';
import { CardCode } from '../recs/card-code';
import { completeLabels } from '../recs/labels';
import {
  bodyView,
  type FindLabels,
  findLabels,
  keepFocus,
  photoButton,
  type ResultContext,
  spokenText,
} from './find-view';
import { Search } from './search';
import { findStyles } from './sidestream-find.styles';

const MAX_LENGTH = 200;
/** Quiet time before a screen reader is told the number of results, ms: it reads the letters first. */
const QUIET = 700;

/**
 * A search field that finds products as the shopper types, on this device: a combobox with a list of results.
 *
 * With an `<input>` inside, and a form around it, it also works without script: the form sends the words to the shop's own search,
 * and with script it does so when the shopper presses Enter without having chosen a result. The element takes over the text,
 * the placeholder and the label of that input.
 *
 * With the attribute `photo`, a button opens the camera or a file, and products that look like the photo are found; a picture that is
 * pasted into the field counts too. The photo is encoded on this device, and neither kept nor sent.
 *
 * A `<template>` child replaces the card of a result; it may use the fields of `<sidestream-recs>`.
 *
 * It uses its property `recommender`, otherwise the one for its `bundle`, otherwise the one of the page's first `<sidestream-recs>`,
 * otherwise the one that the page created with `createRecommender()`. It loads nothing until it has the focus. Texts are in the
 * language of the nearest `lang` attribute (English, Japanese, German, French, Spanish, Arabic).
 *
 * @tag sidestream-find
 * @summary `<form action="/search"><sidestream-find bundle="/bundle/"><input type="search" name="q" /></sidestream-find></form>`
 *
 * @slot - Not shown. An `<input>` inside is for pages without script, and for the form; a `<template>` is the card of a result.
 *
 * @fires {CustomEvent<FindDetail>} sidestream-find-select - A result was chosen. Bubbles. `preventDefault()` stops the link.
 * @fires {CustomEvent<FindSubmitDetail>} sidestream-find-submit - Enter was pressed without a chosen result. Bubbles.
 *   `preventDefault()` keeps the form from being sent.
 * @fires {CustomEvent<RecsErrorDetail>} error - Something failed; the page still works. `preventDefault()` keeps it out of the
 *   console.
 *
 * @csspart input - The field.
 * @csspart popup - The box below the field.
 * @csspart photo - The button for a photo.
 * @csspart note - The sentence above results that were found by their meaning or by a photo.
 * @csspart list - The list of results.
 * @csspart option - One result.
 * @csspart media - The tile behind its picture.
 * @csspart image - Its picture.
 * @csspart title - Its title.
 * @csspart price - Its price.
 * @csspart availability - The word for a sold-out product.
 * @csspart message - The sentence of the other states.
 * @csspart retry - The retry button.
 *
 * @cssproperty [--sidestream-field=transparent] - Background of the field.
 * @cssproperty [--sidestream-field-border] - Border of the field; a line in a softened text colour.
 * @cssproperty [--sidestream-field-radius=99rem] - Corners of the field.
 * @cssproperty [--sidestream-field-padding=0.375rem 1rem] - Space inside the field.
 * @cssproperty [--sidestream-find-layer=20] - `z-index` of the box below the field.
 * @cssproperty [--sidestream-radius=0.875rem] - Corners of the box and the tiles.
 * @cssproperty [--sidestream-tile] - Background behind pictures and of the chosen result; a tint of the text colour.
 * @cssproperty [--sidestream-muted] - Colour of secondary text; a softened text colour.
 * @cssproperty [--sidestream-accent=currentColor] - Focus ring, and frame of the chosen result.
 * @cssproperty [--sidestream-surface=Canvas] - Background of the box.
 * @cssproperty [--sidestream-on-surface=CanvasText] - Colour of the texts in it.
 * @cssproperty [--sidestream-media-ratio=1] - Aspect ratio of the tiles.
 * @cssproperty [--sidestream-image-fit=contain] - `object-fit` of the pictures.
 * @cssproperty [--sidestream-image-padding=0] - Space around the pictures inside their tiles.
 */
export class SidestreamFind extends SourceProperties {
  /** @internal */
  static override styles = findStyles;
  /** @internal */
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  /** @internal */
  static override properties: PropertyDeclarations = {
    limit: { type: Number },
    placeholder: {},
    photo: { type: Boolean },
    value: { attribute: false },
    labels: { attribute: false },
    state: { reflect: true },
  };

  /** Number of results, 1 to 100. */
  limit = 8;
  /** Text in the empty field. Default: the placeholder of the input inside, otherwise "Search products". */
  placeholder = '';
  /** Whether products can be found by a photo, too: the bundle needs pictures, and its encoders. */
  photo = false;
  /** The words in the field. */
  value = '';
  /** Texts that replace the built-in ones. */
  labels: Partial<FindLabels> = {};
  /** `idle`, `loading`, `filled`, `empty` or `error`. For style sheets. */
  state: 'idle' | 'loading' | 'filled' | 'empty' | 'error' = 'idle';

  readonly #search = new Search(this, {
    ready: (items) => this.#cards.load(items),
    entered: () => this.#activate(-1),
    ended: () => this.#say(),
  });
  readonly #impressions = new Impressions((id) => this.#search.track('impression', id));
  readonly #cards = new CardCode(this.#search);
  #open = false;
  #active = -1;
  #status = '';
  #speaking: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.renderRoot.contains(relatedTarget))) this.#close();
    });
  }

  /** @internal */
  override connectedCallback(): void {
    super.connectedCallback();
    const input = this.#ownInput;
    if (input && !this.value) this.value = input.value;
  }

  /** @internal */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
    this.#search.end();
  }

  /** @internal */
  get activeRecommender(): Recommender | null {
    return this.#search.recommender;
  }

  protected override languageChanged(): void {
    if (this.#open) void this.#find();
  }

  protected override firstUpdated(): void {
    // The shopper may have begun to type before this code was loaded.
    if (document.activeElement === this.#ownInput) this.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.state = this.#search.state;
    correct(this, 'limit', /^([1-9]\d?|100)$/, 8, 'must be a whole number from 1 to 100; the element uses 8.');
    const input = this.#ownInput;
    if (changed.has('value') && input) input.value = this.value;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('recommender')) this.#search.refresh();
    const options = this.#open ? [...this.renderRoot.querySelectorAll<HTMLElement>('[role=option]')] : [];
    if (options.length > 0) this.#impressions.watch(this.#search.response?.id ?? '', options);
    else this.#impressions.stop();
    options[this.#active]?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult {
    const labels = findLabels(this.labels ?? {}, languageOf(this));
    const own = this.#ownInput;
    const name = own?.getAttribute('aria-label') || own?.labels?.[0]?.textContent?.trim() || labels.label;
    const expanded = this.#open && this.#search.state === 'filled';
    return html`
      <input part="input" class="input" type="search" role="combobox" aria-autocomplete="list" autocomplete="off" autocapitalize="none" spellcheck="false" enterkeyhint="search"
        aria-label=${name} aria-expanded=${expanded ? 'true' : 'false'} aria-controls=${expanded ? 'results' : nothing}
        aria-activedescendant=${expanded && this.#active >= 0 ? `option-${this.#active}` : nothing}
        maxlength=${MAX_LENGTH} placeholder=${this.placeholder || own?.placeholder || labels.placeholder} .value=${this.value}
        @input=${this.#typed} @keydown=${this.#pressed} @focus=${this.#focused} @click=${this.#focused} @paste=${this.#pasted} />
      ${this.photo ? photoButton(labels.photo, this.#pictured) : nothing}
      <div part="popup" class="popup" ?hidden=${!this.#open || this.#search.state === 'idle'} @mousedown=${keepFocus}>${this.#open ? bodyView(this.#search, labels, this.#context, { clicked: this.#clicked, retry: this.#retry }) : nothing}</div>
      <div class="sidestream-unseen" role="status">${this.#status}</div>`;
  }

  get #context(): ResultContext {
    return {
      language: languageOf(this),
      currency: this.currency || this.#search.response?.currency || '',
      hrefTemplate: this.hrefTemplate,
      labels: completeLabels({}, languageOf(this)),
      extras: this.#cards.extras,
      fill: this.#cards.filler(),
      active: this.#active,
    };
  }

  /** The page's own input, for its form and for pages without script. */
  get #ownInput(): HTMLInputElement | null {
    return this.querySelector('input');
  }

  readonly #pictured = (picture: File): void => {
    this.#search.picture = picture;
    this.value = '';
    // Results of words are not shown again while the photo is read.
    this.#search.response = null;
    this.renderRoot.querySelector('input')?.focus();
    void this.#find();
  };

  readonly #pasted = (event: ClipboardEvent): void => {
    const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!this.photo || !picture) return;
    event.preventDefault();
    this.#pictured(picture);
  };

  readonly #typed = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    this.value = target.value;
    this.#search.picture = null;
    void this.#find();
  };

  readonly #focused = (): void => {
    // Loads the recommender while the shopper thinks of the first letter.
    if (!this.#search.recommender) this.#search.open().catch(() => undefined);
    if (this.#search.response && this.#search.words === this.value.trim()) this.#show();
    else if (this.value.trim()) void this.#find();
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    const { key, altKey, isComposing } = event;
    // The keys of an input method choose its words.
    if (isComposing) return;
    const { state, response } = this.#search;
    const count = this.#open && state === 'filled' ? (response?.items.length ?? 0) : 0;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      if (count === 0) this.#focused();
      // Past the ends of the results is the field.
      else if (!altKey) this.#activate(((this.#active + 1 + (key === 'ArrowDown' ? 1 : count)) % (count + 1)) - 1);
      else if (key === 'ArrowUp') this.#close();
    } else if (key === 'Escape') {
      // Chromium empties a search field at once: the first press only closes the list.
      if (this.#open && state !== 'idle') event.preventDefault();
      this.#close();
    } else if (key === 'Enter') {
      event.preventDefault();
      if (this.#active >= 0) this.#option(this.#active)?.click();
      else this.#submit();
    } else if (key === 'Tab') this.#close();
  };

  #option(position: number): HTMLElement | null {
    const option = this.renderRoot.querySelector<HTMLElement>(`#option-${position}`);
    // In a shop's own card, the first link leads to the product.
    return option?.querySelector<HTMLElement>('a[href]') ?? option;
  }

  #submit(): void {
    const text = this.value.trim();
    this.#close();
    if (emit(this, 'sidestream-find-submit', { text })) this.#ownInput?.form?.requestSubmit();
  }

  readonly #clicked = (event: MouseEvent): void => {
    if (event.type === 'auxclick' && event.button !== 1) return;
    const { response } = this.#search;
    if (!(event.target instanceof Element) || !response) return;
    const option = event.target.closest<HTMLElement>('[role=option]');
    const inside = option?.querySelector<HTMLElement>('a[href]');
    // The whole of a shop's own card leads where its first link leads.
    if (inside && event.type === 'click' && !event.target.closest('a, button')) {
      inside.click();
      return;
    }
    const position = response.items.findIndex(({ item }) => item.id === option?.dataset.id);
    const item = response.items[position]?.item;
    if (!item) return;
    this.#search.track('click', item.id);
    const link = event.target.closest('a');
    const href = link?.getAttribute('href') ?? '';
    const detail = { item, position, placement: 'find', recommendationId: response.id } as const;
    if (!emit(this, 'sidestream-find-select', detail) || href === '') event.preventDefault();
    else if (this.navigate && isPlain(event, link)) {
      event.preventDefault();
      this.navigate(href);
    }
    if (isPlain(event, link)) this.#close();
  };

  #show(): void {
    const { bottom } = this.getBoundingClientRect();
    // Through the CSSOM, because a policy may bar style attributes.
    this.style.setProperty('--_below', `${Math.max(0, bottom) + 6}px`);
    this.#open = true;
    this.requestUpdate();
  }

  #close(): void {
    this.#search.cancel();
    clearTimeout(this.#speaking);
    this.#open = false;
    this.#status = '';
    this.#activate(-1);
  }

  #activate(position: number): void {
    this.#active = position;
    this.requestUpdate();
  }

  async #find(): Promise<void> {
    const words = this.value.trim();
    if (!words && !this.#search.picture) {
      this.#search.clear();
      this.#close();
      return;
    }
    const open = this.#open;
    this.#show();
    await this.#search.run(words, open);
  }

  readonly #retry = (): void => {
    // The button disappears, and the focus would be lost with it.
    this.renderRoot.querySelector('input')?.focus();
    void this.#find();
  };

  /** Tells screen readers the result, once the shopper has stopped typing. */
  #say(): void {
    const text = spokenText(this.#search, findLabels(this.labels ?? {}, languageOf(this)));
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => {
      this.#status = text;
      this.requestUpdate();
    }, QUIET);
  }
}

define('sidestream-find', SidestreamFind);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-find': SidestreamFind;
  }
}
