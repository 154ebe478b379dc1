import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Card, lookOf } from '../../lab/simulate';
import { DrawnWidth } from '../../page/element/drawing';

/** Loads the code that draws, with the first result. */
const charts = () => Promise.all([import('@observablehq/plot'), import('../../lab/simulate/charts')]);

/** Draws a chart as wide as it may be, again when that changes. Its numbers stand beside it, also where it cannot be drawn. */
@customElement('simulate-chart')
export class SimulateChart extends LitElement {
  @property({ attribute: false }) card!: Card;

  #failed = false;
  readonly #width = new DrawnWidth(this, () => void this.#draw());

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`
      <div class="drawing" role="img" aria-label=${chartLabel(this.card)}></div>
      ${this.#failed ? html`<p class="hint">The chart could not be loaded. Its numbers are below.</p>` : nothing}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('card')) void this.#draw();
  }

  async #draw(): Promise<void> {
    const { card } = this;
    try {
      const [{ plot }, { chartOptions }] = await charts();
      const { frame } = this.#width;
      if (card !== this.card || !frame) return;
      const drawn = plot(chartOptions(card.chart, frame));
      // What it is in words stands around it.
      drawn.setAttribute('aria-hidden', 'true');
      this.querySelector('.drawing')?.replaceChildren(drawn);
    } catch {
      this.#failed = true;
      this.requestUpdate();
    }
  }
}

/** A chart in words. */
function chartLabel({ title, chart, header, rows }: Card): string {
  if (chart.kind === 'bars') {
    return `${title}. ${chart.bars.map(({ name, text }) => `${name}: ${text}`).join('; ')}.`;
  }
  const [first, last] = [rows[0], rows.at(-1)];
  const ends = header.slice(1).map((name, n) => {
    const [from, to] = [first?.[n + 1], last?.[n + 1]];
    return `${name}: from ${from || 'nothing'} to ${to || 'nothing'}`;
  });
  return `${title}, by ${chart.axis}. ${ends.join('; ')}.`;
}

/** A chart with what it means, and its numbers as a table for those who do not see it or want them. */
export function figure(card: Card): TemplateResult {
  const { title, meaning, chart, header, rows } = card;
  return html`
    <figure class="sim-figure">
      <figcaption>
        <h3>${title}</h3>
        <p class="hint">${meaning}</p>
      </figcaption>
      ${chart.kind === 'lines' ? key(chart.lines) : nothing}
      <simulate-chart .card=${card}></simulate-chart>
      <details>
        <summary>Numbers</summary>
        ${table(title, header, rows)}
      </details>
    </figure>`;
}

/** Which line is whose. The chart's label says it to those who do not see it. */
const key = (lines: readonly { name: string }[]): TemplateResult => html`
  <p class="sim-key" aria-hidden="true">
    ${lines.map(({ name }) => {
      const { color, dashes, width } = lookOf(name);
      return html`
        <span>
          <svg viewBox="0 0 24 6" width="24" height="6">
            <line x1="0" y1="3" x2="24" y2="3" style="stroke: ${color}; stroke-width: ${width}; stroke-dasharray: ${dashes ?? 'none'}" /></svg
          >${name}
        </span>`;
    })}
  </p>`;

/** A table that scrolls where the page is narrow. */
export const table = (
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): TemplateResult => html`
  <div class="sim-table" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption class="visually-hidden">${caption}</caption>
      <thead>
        <tr>${header.map((name) => (name ? html`<th scope="col">${name}</th>` : html`<td></td>`))}</tr>
      </thead>
      <tbody>
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

declare global {
  interface HTMLElementTagNameMap {
    'simulate-chart': SimulateChart;
  }
}
