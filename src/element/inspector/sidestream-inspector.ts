import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { SidestreamError } from '../../error';
import type { Metrics, Recommender, Status } from '../../protocol';
import { define, languageOf } from '../dom';
import { emit } from '../events';
import { warnOnce } from '../warnings';
import { expertsChart } from './experts-chart';
import { ladderChart } from './ladder-chart';
import { metricsChart } from './metrics-chart';
import { inspectorStyles } from './sidestream-inspector.styles';
import { weightChart } from './weight-chart';

interface InspectorState {
  status: Status | null;
  metrics: Metrics | null;
  failure: SidestreamError | null;
  resetting: boolean;
}

/**
 * Shows the state of a recommender on this device: the shopper's experts and the share of each in the list, the personal weights of
 * the score, the counters of the learner, and the clicks per list.
 *
 * @tag sidestream-inspector
 * @summary `document.querySelector('sidestream-inspector').recommender = recommender`
 *
 * @fires {CustomEvent<RecsErrorDetail>} error - The status could not be read, or the reset failed.
 *
 * @csspart panel - The whole panel.
 * @csspart facts - The list of counters.
 * @csspart experts - The list of experts.
 * @csspart ladder - The chart of one item ladder, where its experts are trained.
 * @csspart weights - The chart of personal weights.
 * @csspart metrics - The chart of clicks per impression.
 * @csspart reset - The reset button.
 *
 * @cssproperty [--sidestream-accent=currentColor] - Colour of experts, positive weights and focus rings.
 * @cssproperty [--sidestream-tile] - Background of bars and tracks; a tint of the text colour.
 * @cssproperty [--sidestream-muted] - Colour of secondary text; a softened text colour.
 */
export class SidestreamInspector extends LitElement {
  /** @internal */
  static override styles = inspectorStyles;

  /** The recommender to inspect. */
  @property({ attribute: false }) recommender: Recommender | null = null;
  /** Level of the panel's headings in the page's outline, 2 to 6. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3;

  #state: InspectorState = { status: null, metrics: null, failure: null, resetting: false };
  #unsubscribe: () => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endSubscription();
  }

  /** Reads the status again; rarely needed, because changes of the recommender refresh it. */
  async refresh(): Promise<void> {
    const { recommender } = this;
    if (!recommender) return;
    try {
      const [status, metrics] = await Promise.all([recommender.status(), recommender.metrics()]);
      if (recommender === this.recommender) this.#set({ status, metrics });
      this.#set({ failure: null });
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('headingLevel') && !/^[2-6]$/.test(`${this.headingLevel ?? 3}`)) {
      const given = this.getAttribute('heading-level') ?? this.headingLevel;
      warnOnce(
        this,
        'headingLevel',
        `heading-level="${given}": must be a whole number from 2 to 6; the headings go on at level 3.`,
      );
      this.headingLevel = 3;
    }
    if (!changed.has('recommender')) return;
    this.#set({ status: null, metrics: null, failure: null });
    this.#subscribe();
  }

  protected override render(): TemplateResult {
    const { status, failure } = this.#state;
    return html`
      <div part="panel" class="panel">
        ${failure ? html`<p class="note" role="alert">${failure.message}</p>` : nothing}
        ${status ? this.#panel(status) : failure ? nothing : html`<p class="note">Waiting for the recommender.</p>`}
      </div>`;
  }

  #panel(status: Status): TemplateResult {
    const { metrics, resetting } = this.#state;
    return html`
      ${this.#facts(status)}
      ${status.experts.length > 0 ? this.#experts(status) : nothing}
      ${this.#ladders(status)}
      ${this.#heading('Personal weights')}
      <p class="note">How much it counts that a product is …, learned click by click.</p>
      ${weightChart(status.weights)}
      ${this.#heading('Clicks per list')}
      <p class="note">Clicks per product seen on this device. Pale: the 95 % interval of the share.</p>
      ${metrics ? metricsChart(metrics, languageOf(this)) : nothing}
      <button part="reset" class="reset" type="button" data-testid="reset" ?disabled=${resetting} @click=${this.#reset}>
        Forget what was learned
      </button>`;
  }

  #experts({ experts }: Status): TemplateResult {
    return html`
      ${this.#heading('Experts')}
      <p class="note">
        Each has learned what you like from some of your choices. The better it predicts what you choose, the larger its share. The
        line: how well it fitted after each of the last choices.
      </p>
      ${expertsChart(experts, languageOf(this))}`;
  }

  /** The item ladders; nothing where their experts are not trained. */
  #ladders({ utilization: { text, image } }: Status): TemplateResult | typeof nothing {
    if (text.length === 0 && image.length === 0) return nothing;
    return html`
      ${this.#heading('Item ladders')}
      <p class="note">How much each layer uses the frozen backbone and the experts that were trained on this device.</p>
      <div class="ladders">${ladderChart('Text', text)}${ladderChart('Image', image)}</div>
      <p class="legend" aria-hidden="true">
        <span class="backbone">backbone</span><span class="expert">experts, oldest to newest</span>
      </p>`;
  }

  #facts(status: Status): TemplateResult {
    const language = languageOf(this);
    const number = new Intl.NumberFormat(language);
    const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
    const consent = {
      pending: 'not asked yet',
      session: 'kept for this visit',
      granted: 'kept on this device',
      denied: 'declined',
    }[status.consent];
    const facts: [string, string][] = [
      ['Memory', consent],
      ['Learning', status.learning ? 'on' : 'off'],
      ['Base model', status.backend.learner ?? 'none'],
      ['Encoders', status.backend.encoders ?? 'not needed yet'],
      ['Products', number.format(status.items)],
      ['Events', number.format(status.events)],
      ['Windows', number.format(status.windows)],
      ['Last update', status.lastUpdate === null ? 'none yet' : time.format(status.lastUpdate)],
      ['Rejected updates', number.format(status.rejected)],
    ];
    return html`
      <dl part="facts" class="facts">
        ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd data-fact=${name.toLowerCase().replaceAll(' ', '-')}>${value}</dd></div>`)}
      </dl>`;
  }

  #heading(text: string): TemplateResult {
    return html`<h3 aria-level=${this.headingLevel}>${text}</h3>`;
  }

  #subscribe(): void {
    this.#endSubscription();
    const { recommender } = this;
    if (!recommender) return;
    this.#unsubscribe = recommender.on('change', () => void this.refresh());
    void this.refresh();
  }

  #endSubscription(): void {
    this.#unsubscribe();
    this.#unsubscribe = () => undefined;
  }

  readonly #reset = async (): Promise<void> => {
    this.#set({ resetting: true });
    try {
      await this.recommender?.reset();
      await this.refresh();
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#set({ resetting: false });
    }
  };

  #set(changes: Partial<InspectorState>): void {
    Object.assign(this.#state, changes);
    this.requestUpdate();
  }

  #fail(thrown: unknown): void {
    const error = SidestreamError.from(thrown);
    this.#set({ failure: error });
    if (emit(this, 'error', { error })) console.warn(`sidestream-inspector: ${error.code}: ${error.message}`);
  }
}

define('sidestream-inspector', SidestreamInspector);

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-inspector': SidestreamInspector;
  }
}
