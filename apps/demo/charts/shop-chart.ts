import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { type ChartFrame, DrawnChart } from '../../../src/page/element/drawing';
import type { ChartData } from './plots';

@customElement('shop-chart')
export class ShopChart extends DrawnChart<ChartData> {
  protected override async draw(data: ChartData, frame: ChartFrame): Promise<Element> {
    // Loaded with the first chart.
    const { drawChart } = await import('./plots');
    return drawChart(data, frame);
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
