import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../../dom';
import { DrawnWidth } from '../../drawing';
import type { Chart } from './plots';

/** Loads the code that draws; a page without an inspector never does. */
const plots = () => import('./plots');

/**
 * Draws a chart as wide as it may be, again when that changes. Part of the inspector: it is styled as part of it. A chart that
 * cannot be drawn leaves its figures, which stand beside it.
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
    // By pointer only: what can be pressed in a chart is in the list below it for the keyboard.
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

/** What stands beside a chart. */
export interface FigureParts {
  /** How to read it. */
  note?: string;
  /** What is drawn in which colour: the names that the style sheet has colours for. */
  legend?: readonly { name: string; color: string }[];
  /** Is called with the key of a point that was pressed. */
  pick?: (key: string) => void;
}

/** A chart with its name, and its figures as a table for those who do not see it or want them. */
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
