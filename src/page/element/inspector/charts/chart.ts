import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../../dom';
import { DrawnWidth } from '../../drawing';
import type { Chart } from './plots';

/** Loads the code that draws; a page without an inspector never does. */
const plots = () => import('./plots');

/**
 * Draws a chart at the available width, and again when the width changes. It is part of the inspector and shares its styles. If a
 * chart cannot be drawn, its table of figures remains.
 */
class InspectorChart extends LitElement {
  @property({ attribute: false }) chart: Chart | null = null;
  @property({ attribute: false }) language: string | undefined;

  #failed = false;
  readonly #width = new DrawnWidth(this, () => void this.#draw());

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    // By pointer only: keyboard users have the same targets in the list below the chart.
    return html`<div class="drawing" @click=${this.#pressed}></div>${this.#failed ? html`<p class="note">The chart could not be loaded. Its figures are below.</p>` : ''}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('chart') || changed.has('language')) void this.#draw();
  }

  readonly #pressed = ({ target }: Event): void => {
    const key = target instanceof Element ? target.closest('[data-key]')?.getAttribute('data-key') : undefined;
    if (key) this.dispatchEvent(new CustomEvent<string>('pick', { detail: key }));
  };

  async #draw(): Promise<void> {
    const { chart } = this;
    if (!chart || !this.#width.frame) return;
    try {
      const { drawChart } = await plots();
      const { frame } = this.#width;
      if (chart !== this.chart || !frame) return;
      this.querySelector('.drawing')?.replaceChildren(drawChart(chart, { ...frame, language: this.language }));
    } catch {
      this.#failed = true;
      this.requestUpdate();
    }
  }
}

define('sidestream-inspector-chart', InspectorChart);

/** The text around a chart. */
export interface FigureParts {
  /** How to read it. */
  note?: string;
  /** The legend: the names for which the style sheet has colours. */
  legend?: readonly { name: string; color: string }[];
  /** Called with the key of a pressed point. */
  pick?: (key: string) => void;
}

/** A chart with its name, and its figures as a table for shoppers who cannot see the chart or want the numbers. */
export function figure(
  title: string,
  chart: Chart,
  figures: { head: readonly string[]; rows: readonly (readonly (string | number)[])[] },
  language: string | undefined,
  { note, legend, pick }: FigureParts = {},
): TemplateResult {
  return html`
    <figure part="chart" class="chart" data-chart=${chart.name}>
      <figcaption>${title}</figcaption>
      ${note ? html`<p class="note">${note}</p>` : nothing}
      ${
        legend
          ? html`<ul class="keys">${legend.map(({ name, color }) => html`<li data-color=${color}><span class="dot" aria-hidden="true"></span>${name}</li>`)}</ul>`
          : nothing
      }
      <sidestream-inspector-chart .chart=${chart} .language=${language} @pick=${({ detail }: CustomEvent<string>) => pick?.(detail)}></sidestream-inspector-chart>
      <details class="figures">
        <summary>Figures</summary>
        <div class="scroll" tabindex="0" role="region" aria-label=${`Figures: ${title}`}>
          <table>
            <caption class="unseen">${title}</caption>
            <thead><tr>${figures.head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
            <tbody>
              ${figures.rows.map(
                ([first, ...rest]) =>
                  html`<tr><th scope="row">${first}</th>${rest.map((value) => html`<td>${value}</td>`)}</tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>
    </figure>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'sidestream-inspector-chart': InspectorChart;
  }
}
