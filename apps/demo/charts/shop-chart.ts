import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ChartData } from './plots';

/**
 * Draws a chart as wide as there is space, and again when its data or the width changes. It shares the styles around it. The
 * numbers of a chart stand beside it, so that they remain if it cannot be drawn.
 */
@customElement('shop-chart')
export class ShopChart extends LitElement {
  @property({ attribute: false }) data: ChartData | null = null;
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
      ${this.#failed ? html`<p class="note hint">The chart could not be loaded. Its figures are below.</p>` : nothing}`;
  }

  protected override updated(): void {
    if (!this.#failed) void this.#draw();
  }

  async #draw(): Promise<void> {
    const { data } = this;
    if (data === null || this.#width === 0) return;
    try {
      const frame = { width: this.#width, rightToLeft: getComputedStyle(this).direction === 'rtl' };
      // Loaded with the first chart.
      const { drawChart } = await import('./plots');
      const drawn = drawChart(data, frame);
      drawn.setAttribute('aria-hidden', 'true');
      if (data === this.data && frame.width === this.#width) this.querySelector('.drawing')?.replaceChildren(drawn);
    } catch {
      this.#failed = true;
      this.requestUpdate();
    }
  }
}

/** A line of a legend, for readers who see the chart: for all others, its label names the lines. */
export interface Key {
  name: string;
  color: string;
  dashes?: string;
  /** Text after the name. */
  value?: string | number;
}

/** A chart with its name, legend and frame. */
export function chartFigure(
  title: TemplateResult,
  label: string,
  data: ChartData,
  keys: readonly Key[],
): TemplateResult {
  return html`
    <figure class="chart">
      <figcaption>
        ${title} ${keys.length > 0 ? html`<p class="row chart-keys" aria-hidden="true">${keys.map(keyOf)}</p>` : nothing}
      </figcaption>
      <shop-chart .data=${data} .label=${label}></shop-chart>
    </figure>`;
}

const keyOf = ({ name, color, dashes = 'none', value }: Key): TemplateResult => html`
  <span>
    <svg viewBox="0 0 24 6" width="24" height="6">
      <line x1="0" y1="3" x2="24" y2="3" style="stroke: ${color}; stroke-width: 3; stroke-dasharray: ${dashes}" /></svg
    >${name} ${value === undefined ? nothing : html`<b>${value}</b>`}
  </span>`;

/** A table that scrolls on a narrow page; the first cell of each row is its heading. */
export const table = (
  caption: string,
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  testId: string | typeof nothing = nothing,
): TemplateResult => html`
  <div class="table" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption class="visually-hidden">${caption}</caption>
      <thead>
        <tr>${header.map((name) => (name ? html`<th scope="col">${name}</th>` : html`<td></td>`))}</tr>
      </thead>
      <tbody data-testid=${testId}>
        ${rows.map(
          ([first, ...rest]) => html`
            <tr>
              <th scope="row">${first}</th>
              ${rest.map((value) => html`<td>${value}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
