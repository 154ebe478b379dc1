import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { Recommender, Status } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { correct, define, languageOf } from '../dom';
import { emit } from '../events';
import { FoundRecommender } from '../found-recommender';
import { LanguageObserver } from '../labels';
import { hostStyles, pictureStyles, unseenStyles } from '../shared.styles';
import { inspectorStyles } from './sidestream-inspector.styles';
import { YourDataView } from './views/data';
import { LearnedView } from './views/learned';
import { TimelineView } from './views/timeline';
import type { InspectorHost, View } from './views/view';
import { WhyView } from './views/why';
import { INSPECTOR_TEXTS, type LoadedTexts, type Words, wordsIn } from './words';

const VIEWS = ['learned', 'timeline', 'why', 'data'] as const;
/** The views, in their order. */
export type InspectorView = (typeof VIEWS)[number];

/** Delay after a change before the view is read again, ms: a burst of events costs a single reading. */
const REFRESH_DELAY = 150;

/**
 * Shows a recommender's learned profile on this device in four views: its content, its earlier states, why a product has its
 * position, and the shopper's data, to export, import or delete. Each view starts in plain words; an earlier state can be restored.
 *
 * @tag sidestream-inspector
 * @summary `document.querySelector('sidestream-inspector').recommender = recommender`
 *
 * @fires {CustomEvent<RecsErrorDetail>} error - Something could not be read or done.
 *
 * @csspart panel - The whole inspector.
 * @csspart tabs - The row of the four views.
 * @csspart view - The open view.
 * @csspart products - Products that shaped the list.
 * @csspart experts - The cards of the experts.
 * @csspart timeline - The earlier states.
 * @csspart snapshot - The changes that going back to a snapshot would make.
 * @csspart choices - The products to choose from.
 * @csspart why - The explanation of one product.
 * @csspart score - The parts of its score.
 * @csspart behind - The past choices behind a product.
 * @csspart facts - Consent, and the size of the profile.
 * @csspart controls - The buttons for export, import and deletion.
 * @csspart reset - The button that forgets the learned profile.
 * @csspart picture - The picture of a product.
 *
 * @cssproperty [--sidestream-accent=currentColor] - Colour of bars and focus rings.
 * @cssproperty [--sidestream-tile] - Background of cards, pictures and tracks; a tint of the text colour.
 * @cssproperty [--sidestream-muted] - Colour of secondary text; a softened text colour.
 * @cssproperty [--sidestream-surface=Canvas] - Background of pictures and messages.
 */
export class SidestreamInspector extends LitElement {
  /** @internal */
  static override styles = [hostStyles, pictureStyles, unseenStyles, inspectorStyles];

  /**
   * The recommender to inspect. Default: the recommender of the first list on the page, otherwise the one that the page created
   * with `createRecommender()`.
   */
  @property({ attribute: false }) recommender: Recommender | null = null;
  /** The open view: `learned`, `timeline`, `why` or `data`. */
  @property({ reflect: true }) view: InspectorView = 'learned';
  /** Id of the product that the view `why` explains; default: the first product of the list. */
  @property({ attribute: 'item-id' }) itemId: string | null = null;
  /** Level of the headings inside the views in the page's outline, 2 to 5. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3;

  readonly #found = new FoundRecommender(this, (recommender, isOther) => this.#use(recommender, isOther));
  #status: Status | null = null;
  #failure: SidestreamError | null = null;
  #said = '';
  #busy = false;
  #views = freshViews();
  /** Views that show the present state. */
  readonly #loaded = new Set<InspectorView>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #words: { language: string | undefined; loaded: LoadedTexts; words: Words } | null = null;

  constructor() {
    super();
    new LanguageObserver(
      this,
      () => undefined,
      (thrown) => this.#fail(thrown),
      INSPECTOR_TEXTS,
      // The views had no words to load with.
      () => void this.refresh(),
    );
  }

  /** Reads everything again; rarely needed, because changes of the recommender refresh it. */
  async refresh(): Promise<void> {
    const recommender = this.#found.value;
    if (!recommender) return;
    this.#loaded.clear();
    try {
      const status = await recommender.status.get();
      if (recommender !== this.#found.value) return;
      this.#status = status;
      await this.#load(this.view);
      this.#failure = null;
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    correct(this, 'headingLevel', /^[2-5]$/, 3, 'must be a whole number from 2 to 5; the headings stay at level 3.');
    const views = new RegExp(`^(${VIEWS.join('|')})$`);
    correct(this, 'view', views, 'learned', `must be ${VIEWS.join(', ')}; the first one is open.`);
    if (changed.has('recommender') && this.#found.find()) return;
    if (changed.has('view') && !this.#loaded.has(this.view)) void this.#run(() => this.#load(this.view));
    if (changed.has('itemId') && this.itemId !== null) void this.#choose(this.itemId);
  }

  protected override render(): TemplateResult {
    const words = this.#wordsNow();
    if (!words) return html`<div part="panel" class="panel"></div>`;
    const { texts, language } = words;
    const host = this.#host;
    const failure = this.#failure;
    return html`
      <div part="panel" class="panel" lang=${language}>
        ${failure ? html`<p class="note alert" role="alert">${texts.failed} <span lang="en">${failure.message}</span></p>` : nothing}
        ${host ? this.#panel(host) : failure ? nothing : html`<p class="note">${texts.waiting}</p>`}
        <p class="said" role="status" data-testid="said">${this.#said}</p>
      </div>`;
  }

  /** The words in the language of the page; null until they are loaded. */
  #wordsNow(): Words | null {
    const language = languageOf(this);
    const loaded = INSPECTOR_TEXTS.in(language);
    if (loaded && (this.#words?.loaded !== loaded || this.#words.language !== language))
      this.#words = { language, loaded, words: wordsIn(loaded, language) };
    return loaded && (this.#words?.words ?? null);
  }

  #panel(host: InspectorHost): TemplateResult {
    const { views, tabs } = host.words.texts;
    return html`
      <div part="tabs" class="tabs" role="tablist" aria-label=${views} @keydown=${this.#tabKey}>
        ${VIEWS.map((name) => {
          const open = name === this.view;
          return html`
            <button id=${`tab-${name}`} role="tab" type="button" data-tab=${name} aria-controls=${open ? `view-${name}` : nothing} aria-selected=${open ? 'true' : 'false'} tabindex=${open ? 0 : -1} @click=${() => this.#open(name)}>
              <span class="question-name">${tabs[name].question}</span><span class="short-name">${tabs[name].short}</span>
            </button>`;
        })}
      </div>
      <div part="view" class="view" id=${`view-${this.view}`} role="tabpanel" tabindex="0" aria-labelledby=${`tab-${this.view}`} data-view=${this.view}>
        ${this.#views[this.view].render(host)}
      </div>`;
  }

  /** The data for the views; null until the recommender has answered. */
  get #host(): InspectorHost | null {
    const words = this.#wordsNow();
    const [recommender, status] = [this.#found.value, this.#status];
    if (!words || !recommender || !status) return null;
    return {
      recommender,
      status,
      words,
      busy: this.#busy,
      run: (action) => this.#run(action),
      heading: (text) => html`<h3 aria-level=${this.headingLevel}>${text}</h3>`,
      update: () => this.requestUpdate(),
      focus: (selector) => {
        this.requestUpdate();
        void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(selector)?.focus());
      },
      fail: (thrown) => this.#fail(thrown),
      say: (text) => {
        this.#said = text;
        this.requestUpdate();
      },
      refresh: () => this.refresh(),
    };
  }

  /** Reads the data of a view, unless the view already shows it. */
  async #load(name: InspectorView): Promise<void> {
    const host = this.#host;
    if (!host || this.#loaded.has(name)) return;
    this.#loaded.add(name);
    try {
      await this.#views[name].load(host);
    } catch (thrown) {
      this.#loaded.delete(name);
      throw thrown;
    }
  }

  async #run(action: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.requestUpdate();
    try {
      await action();
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#busy = false;
      this.requestUpdate();
    }
  }

  async #choose(id: string): Promise<void> {
    const host = this.#host;
    if (host) await this.#views.why.choose(host, id);
  }

  #open(name: InspectorView): void {
    this.#said = '';
    this.view = name;
  }

  readonly #tabKey = (event: KeyboardEvent): void => {
    const rightToLeft = getComputedStyle(this).direction === 'rtl';
    const at = VIEWS.indexOf(this.view);
    const steps: Record<string, number> = {
      ArrowRight: at + (rightToLeft ? -1 : 1),
      ArrowLeft: at + (rightToLeft ? 1 : -1),
      Home: 0,
      End: VIEWS.length - 1,
    };
    const next = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    const name = next === undefined ? undefined : VIEWS[(next + VIEWS.length) % VIEWS.length];
    if (name === undefined) return;
    event.preventDefault();
    this.#open(name);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${name}`)?.focus());
  };

  #use(recommender: Recommender, isOther: boolean): (() => void)[] {
    if (isOther) {
      this.#status = null;
      this.#failure = null;
      this.#views = freshViews();
      this.requestUpdate();
    }
    const unsubscribe = recommender.on('change', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.refresh(), REFRESH_DELAY);
    });
    void this.refresh().then(() => (this.itemId === null ? undefined : this.#choose(this.itemId)));
    return [unsubscribe, () => clearTimeout(this.#timer)];
  }

  #fail(thrown: unknown): void {
    const error = SidestreamError.from(thrown);
    this.#failure = error;
    this.requestUpdate();
    if (emit(this, 'error', { error })) console.warn(`sidestream-inspector: ${error.code}: ${error.message}`);
  }
}

const freshViews = (): Record<InspectorView, View> & { why: WhyView } => ({
  learned: new LearnedView(),
  timeline: new TimelineView(),
  why: new WhyView(),
  data: new YourDataView(),
});

define('sidestream-inspector', SidestreamInspector);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-inspector': SidestreamInspector;
  }
}
