import { html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { fill } from '../../../../core/labels';
import { define } from '../../dom';
import { type ChartFrame, DrawnChart } from '../../drawing';
import type { Words } from '../words';
import type { Chart } from './plots';

class InspectorChart extends DrawnChart<Chart> {
  /** Set with the data. */
  @property({ attribute: false }) words!: Words;

  protected override get failedText(): string {
    return this.words.texts.chartFailed;
  }

  protected override async draw(chart: Chart, frame: ChartFrame): Promise<Element> {
    // A page without an open chart never loads it.
    const { drawChart } = await import('./plots');
    return drawChart(chart, { ...frame, words: this.words });
  }
}

define('sidestream-inspector-chart', InspectorChart);

/** Sets the colour of an expert or a ranking for what is in an element. */
export const ownColor = (name: string): string => `--_own: var(--_expert-${name})`;

interface FigureParts {
  title: string;
  /** Columns of the table. */
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  note?: string;
  /** The legend: the names for which the style sheet has colours. */
  legend?: readonly { name: string; color: string }[];
  pick?: (key: string) => void;
}

/** A chart with its name, and its figures as a table for shoppers who cannot see the chart or want the numbers. */
export function figure(
  chart: Chart,
  words: Words,
  { title, head, rows, note, legend, pick }: FigureParts,
): TemplateResult {
  // By pointer only: keyboard users have the same targets in the list below the chart.
  const pressed = ({ target }: Event): void => {
    const key = target instanceof Element ? target.closest('[data-key]')?.getAttribute('data-key') : undefined;
    if (key) pick?.(key);
  };
  return html`
    <figure part="chart" class="chart" data-chart=${chart.name}>
      <figcaption>${title}</figcaption>
      ${note ? html`<p class="note">${note}</p>` : nothing}
      ${
        legend
          ? html`<ul class="keys">${legend.map(({ name, color }) => html`<li .style=${ownColor(color)}><span class="dot" aria-hidden="true"></span>${name}</li>`)}</ul>`
          : nothing
      }
      <sidestream-inspector-chart .data=${chart} .words=${words} @click=${pressed}></sidestream-inspector-chart>
      <details class="figures">
        <summary>${words.texts.figures}</summary>
        <div class="scroll" tabindex="0" role="region" aria-label=${fill(words.texts.figuresOf, { title })}>
          <table>
            <caption class="sidestream-unseen">${title}</caption>
            <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
            <tbody>
              ${rows.map(
                ([first, ...rest]) =>
                  html`<tr><th scope="row">${first}</th>${rest.map((value) => html`<td>${value}</td>`)}</tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>
    </figure>`;
}
