import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';

/** The space for a chart, px, and the page's reading direction. */
export interface ChartFrame {
  width: number;
  rightToLeft: boolean;
}

/**
 * Draws a chart as wide as there is space, and again when its data or the width changes. It shares the styles around it. The
 * numbers of a chart stand beside it, so that they remain if it cannot be drawn.
 */
export abstract class DrawnChart<Data> extends LitElement {
  @property({ attribute: false }) data: Data | null = null;
  /** Description of the chart; without one it is hidden from screen readers, which have its numbers. */
  @property({ attribute: false }) label = '';

  #width = 0;
  #failed = false;
  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === this.#width || width === 0) return;
    this.#width = width;
    void this.#draw();
  });

  /** Shown if the code that draws could not be loaded. */
  protected get failedText(): string {
    return 'The chart could not be loaded. Its figures are below.';
  }

  protected abstract draw(data: Data, frame: ChartFrame): Promise<Element>;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#width = 0;
  }

  protected override render(): TemplateResult {
    return html`
      <div class="drawing" role=${this.label ? 'img' : nothing} aria-label=${this.label || nothing}></div>
      ${this.#failed ? html`<p class="note hint">${this.failedText}</p>` : nothing}`;
  }

  protected override updated(): void {
    if (!this.#failed) void this.#draw();
  }

  async #draw(): Promise<void> {
    const { data } = this;
    if (data === null || this.#width === 0) return;
    try {
      const frame = { width: this.#width, rightToLeft: getComputedStyle(this).direction === 'rtl' };
      const drawn = await this.draw(data, frame);
      drawn.setAttribute('aria-hidden', 'true');
      if (data === this.data && frame.width === this.#width) this.querySelector('.drawing')?.replaceChildren(drawn);
    } catch {
      this.#failed = true;
      this.requestUpdate();
    }
  }
}

/** Margins of a chart at the inline start, as wide as an axis needs, and at the inline end. */
export const sideMargins = (
  { rightToLeft }: ChartFrame,
  start: number,
  end: number,
): { marginLeft: number; marginRight: number } =>
  rightToLeft ? { marginRight: start, marginLeft: end } : { marginLeft: start, marginRight: end };
