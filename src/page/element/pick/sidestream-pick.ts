import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { canonical } from '../../../core/card';
import { ENGLISH, fill, labelLanguage, type PageTexts } from '../../../core/labels';
import type { Recommendation, Recommender } from '../../../device/protocol';
import { correct, define, languageOf } from '../dom';
import { FoundRecommender } from '../found-recommender';
import { picture } from '../image';
import { PAGE_TEXTS } from '../labels';
import { ProductsElement } from '../properties';
import { pickStyles } from './sidestream-pick.styles';

/** The texts of `<sidestream-pick>`; its property `labels` replaces some or all of them. */
export interface PickLabels extends Omit<PageTexts['pick'], 'hint' | 'count'>, Pick<PageTexts['list'], 'retry'> {
  /** Below the heading. */
  hint: string;
  /** The number of picked products, for screen readers. */
  count: (picked: number, of: number) => string;
}

/**
 * The given labels, completed with the built-in ones of the language; English until those are loaded.
 * @param language a tag; default: the browser's language; English for any language other than the six
 */
export function pickLabels(given: Partial<PickLabels>, language = navigator.language): PickLabels {
  const { pick, list } = PAGE_TEXTS.in(language) ?? ENGLISH;
  const digits = labelLanguage(language) === 'en' ? 'en' : canonical(language);
  const number = (n: number): string => n.toLocaleString(digits);
  const picks = number(PICKS);
  return {
    ...pick,
    retry: list.retry,
    hint: fill(pick.hint, { picks }),
    count: (picked) => fill(pick.count, { picked: number(picked), picks }),
    ...given,
  };
}

/** Number of products to pick. */
const PICKS = 3;
/** Weight of diversity: the products should differ as much as they should be popular. */
const DIVERSITY = 0.5;

/** Detail of `sidestream-picked` and `sidestream-skipped`. */
export interface PickDetail {
  /** Ids of the products picked so far, in the order of picking. */
  ids: string[];
}

/**
 * "Pick three": a new shopper picks three of some popular products that differ from each other. The picks count as clicks, and all
 * lists of the page follow at once. The element is hidden for a shopper with a history, and while learning is not allowed.
 *
 * It uses its property `recommender`, otherwise the recommender of the page's first `<sidestream-recs>` that has one, otherwise
 * the one that the page created with `createRecommender()`. Texts are in the language of the nearest `lang` attribute (English,
 * Japanese, German, French, Spanish, Arabic).
 *
 * @tag sidestream-pick
 * @summary `<sidestream-pick></sidestream-pick>`
 *
 * @fires {CustomEvent<PickDetail>} sidestream-picked - Three products were picked and tracked. Bubbles.
 * @fires {CustomEvent<PickDetail>} sidestream-skipped - The shopper skipped the question. Bubbles. The skip is not remembered.
 * @fires {CustomEvent<RecsErrorDetail>} error - Something failed; the page still works. `preventDefault()` keeps it out of the
 *   console.
 *
 * @csspart section - The whole element.
 * @csspart heading - The heading.
 * @csspart hint - The sentence below it.
 * @csspart list - The list of products.
 * @csspart choice - One product, a button.
 * @csspart picture - Its picture.
 * @csspart name - Its title.
 * @csspart mark - The mark of a picked product.
 * @csspart count - The number of picked products.
 * @csspart skip - The skip button.
 * @csspart message - The sentence of the other states.
 * @csspart retry - The retry button.
 *
 * @cssproperty [--sidestream-card-size=8.5rem] - Minimum width of a product.
 * @cssproperty [--sidestream-gap=1rem] - Space between products.
 * @cssproperty [--sidestream-radius=0.875rem] - Corners of the tiles.
 * @cssproperty [--sidestream-tile] - Background behind pictures; a tint of the text colour.
 * @cssproperty [--sidestream-muted] - Colour of secondary text; a softened text colour.
 * @cssproperty [--sidestream-accent=currentColor] - Frame of picked products, and focus rings.
 * @cssproperty [--sidestream-surface=Canvas] - Background of the mark.
 * @cssproperty [--sidestream-on-surface=CanvasText] - Colour of the mark.
 * @cssproperty [--sidestream-media-ratio=1] - Aspect ratio of the tiles.
 * @cssproperty [--sidestream-image-fit=contain] - `object-fit` of the pictures.
 * @cssproperty [--sidestream-image-padding=0] - Space around the pictures inside their tiles.
 * @cssproperty [--sidestream-heading-size=1.25rem] - Size of the heading.
 */
export class SidestreamPick extends ProductsElement {
  /** @internal */
  static override styles = pickStyles;
  /** @internal */
  static override properties: PropertyDeclarations = {
    count: { type: Number },
    heading: {},
    headingLevel: { type: Number, attribute: 'heading-level' },
    always: { type: Boolean },
    labels: { attribute: false },
    state: { reflect: true },
  };

  /** Number of products to pick from, 9 or 12. */
  count = 9;
  /** The heading; default: "What do you like?". */
  heading = '';
  /** Level of the heading in the page's outline, 2 to 6. */
  headingLevel = 2;
  /** Also shows the element to shoppers with a history. */
  always = false;
  /** Texts that replace the built-in ones. */
  labels: Partial<PickLabels> = {};
  /** `loading`, `filled`, `empty`, `error`, `picked`, or `hidden` if there is nothing to ask. For style sheets. */
  state: 'loading' | 'filled' | 'empty' | 'error' | 'picked' | 'hidden' = 'loading';

  readonly #found = new FoundRecommender(this, (recommender, isOther) => this.#use(recommender, isOther));
  #items: Recommendation[] = [];
  #picked: string[] = [];
  #focusMessage = false;
  /** Counts the attempts to load: only the latest one takes effect. */
  #attempt = 0;
  #skipped = false;
  /**
   * The value of `state`. The attribute may be stale: a copy of the page, such as some routers keep, has the attribute of its
   * original.
   */
  #phase: SidestreamPick['state'] = 'loading';

  /** @internal */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#attempt++;
  }

  protected override willUpdate(): void {
    this.state = this.#phase;
    correct(this, 'count', /^(9|12)$/, 9, 'must be 9 or 12; the element shows 9.');
    correct(this, 'headingLevel', /^[2-6]$/, 2, 'must be 2 to 6; the heading stays at level 2.');
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('recommender')) this.#found.find();
    else if (changed.has('always') || changed.has('count')) void this.#load();
    if (!this.#focusMessage || this.state !== 'picked') return;
    // The buttons are gone, and the focus would be lost with them.
    this.#focusMessage = false;
    this.renderRoot.querySelector<HTMLElement>('.message')?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { state } = this;
    if (state === 'hidden') return nothing;
    const labels = pickLabels(this.labels ?? {}, languageOf(this));
    const heading = this.heading || labels.heading;
    return html`
      <section part="section" aria-label=${heading} aria-busy=${state === 'loading' ? 'true' : 'false'}>
        ${state === 'picked' ? nothing : this.#head(heading, labels)}
        ${this.#body(labels)}
      </section>`;
  }

  #head(heading: string, { hint }: PickLabels): TemplateResult {
    const shown = PAGE_TEXTS.in(languageOf(this)) ? '' : 'hold';
    return html`
      <div part="heading" class="heading ${this.heading ? '' : shown}" role="heading" aria-level=${this.headingLevel}>${heading}</div>
      <p part="hint" class="hint ${shown}" id="hint">${hint}</p>`;
  }

  #body(labels: PickLabels): TemplateResult {
    switch (this.state) {
      case 'filled':
        return this.#choices(labels);
      case 'picked':
        return html`<p part="message" class="message" tabindex="-1" role="status">${labels.thanks}</p>`;
      case 'empty':
        return html`<p part="message" class="message">${labels.empty}</p>`;
      case 'error':
        return html`
          <p part="message" class="message">
            ${labels.error}
            <button part="retry" class="button" type="button" @click=${this.#load}>${labels.retry}</button>
          </p>`;
      default:
        return html`
          <ul aria-label=${labels.loading}>
            ${Array.from({ length: this.count }, () => html`<li><span class="picture media skeleton"></span><span class="name"></span></li>`)}
          </ul>
          ${this.#foot(labels, true)}`;
    }
  }

  #choices(labels: PickLabels): TemplateResult {
    return html`
      <ul part="list" role="list" @click=${this.#onClick}>
        ${this.#items.map(
          ({ item }) => html`
          <li>
            <button part="choice" class="choice" type="button" data-id=${item.id} aria-pressed=${this.#picked.includes(item.id) ? 'true' : 'false'} aria-describedby="hint">
              ${picture(item, 256)}
              <span part="name" class="name">${item.title}</span>
              <span part="mark" class="mark" aria-hidden="true"><svg viewBox="0 0 16 16" width="16" height="16"><path d="m3 8.5 3.5 3.5 6.5-8" /></svg></span>
            </button>
          </li>`,
        )}
      </ul>
      ${this.#foot(labels)}`;
  }

  #foot(labels: PickLabels, waits = false): TemplateResult {
    return html`
      <div class="foot ${PAGE_TEXTS.in(languageOf(this)) ? '' : 'hold'}">
        <p part="count" role="status">${waits ? '' : labels.count(this.#picked.length, PICKS)}</p>
        <button part="skip" class="button" type="button" @click=${this.#skip}>${labels.skip}</button>
      </div>`;
  }

  readonly #onClick = ({ target }: Event): void => {
    const id = target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset.id : undefined;
    if (id === undefined || this.state !== 'filled') return;
    const { length } = this.#picked;
    this.#picked = this.#picked.filter((other) => other !== id);
    if (this.#picked.length === length) this.#picked.push(id);
    this.requestUpdate();
    if (this.#picked.length === PICKS) void this.#finish();
  };

  async #finish(): Promise<void> {
    const ids = this.#picked;
    const recommender = this.#found.value;
    this.#focusMessage = true;
    this.#enter('picked');
    try {
      for (const id of ids) await recommender?.track('click', id, { placement: 'pick' });
      dispatch(this, 'sidestream-picked', [...this.#picked]);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  readonly #skip = (): void => {
    this.#skipped = true;
    // Products that are still being loaded must not bring the question back.
    this.#attempt++;
    this.#enter('hidden');
    dispatch(this, 'sidestream-skipped', [...this.#picked]);
  };

  #use(recommender: Recommender, isOther: boolean): (() => void)[] {
    // A shopper who has started to pick continues if the page moves the element.
    if (isOther) this.#picked = [];
    const unsubscribe = [
      // A shopper in the middle of picking is left alone.
      recommender.on('change', () => this.#picked.length > 0 || void this.#load()),
      recommender.on('error', this.report),
    ];
    void this.#load();
    return unsubscribe;
  }

  #enter(phase: SidestreamPick['state']): void {
    this.#phase = phase;
    this.state = phase;
  }

  readonly #load = async (): Promise<void> => {
    const recommender = this.#found.value;
    const attempt = ++this.#attempt;
    if (!recommender || !this.isConnected || this.#skipped || this.#phase === 'picked') return;
    if (this.#phase === 'error') this.#enter('loading');
    try {
      const { events, consent, learning } = await recommender.status.get();
      const asks = learning && consent !== 'denied' && (this.always || events === 0);
      const response = asks
        ? await recommender.recommend({
            limit: this.count,
            diversity: DIVERSITY,
            excludeOutOfStock: true,
            lang: languageOf(this),
          })
        : null;
      if (attempt !== this.#attempt || this.#picked.length > 0) return;
      this.#items = response?.items ?? [];
      const few = this.#items.length < PICKS;
      this.#enter(!response ? 'hidden' : few ? 'empty' : 'filled');
      this.requestUpdate();
    } catch (thrown) {
      if (attempt === this.#attempt) this.#fail(thrown);
    }
  };

  #fail(thrown: unknown): void {
    this.#enter('error');
    this.#picked = [];
    this.report(thrown);
  }
}

define('sidestream-pick', SidestreamPick);

/** Outside the class, whose generated description would otherwise list an event named `type`. */
function dispatch(host: SidestreamPick, type: 'sidestream-picked' | 'sidestream-skipped', ids: string[]): void {
  const detail: PickDetail = { ids };
  host.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
}

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-pick': SidestreamPick;
  }
  interface GlobalEventHandlersEventMap {
    'sidestream-picked': CustomEvent<PickDetail>;
    'sidestream-skipped': CustomEvent<PickDetail>;
  }
}
