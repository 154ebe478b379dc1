import { html, svg, type TemplateResult } from 'lit';
import { termLabel } from '../wording';

/** A bar from the zero line, in percent of the chart's width. */
export interface WeightBar {
  name: string;
  value: number;
  start: number;
  width: number;
}

/** Bars for signed weights, strongest first, on a single scale for both signs. */
export function weightBars(weights: Record<string, number>): WeightBar[] {
  const entries = Object.entries(weights)
    .filter(([, value]) => Number.isFinite(value))
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const values = entries.map(([, value]) => value);
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  return entries.map(([name, value]) => ({
    name,
    value,
    start: ((Math.min(0, value) - low) / span) * 100,
    width: (Math.abs(value) / span) * 100,
  }));
}

/** The chart of the personal weights. */
export function weightChart(weights: Record<string, number>): TemplateResult {
  const bars = weightBars(weights);
  if (bars.length === 0) return html`<p class="note">No weights yet.</p>`;
  return html`
    <ul part="weights" class="weights">
      ${bars.map(
        ({ name, value, start, width }) => html`
          <li data-weight=${name}>
            <span class="name">${termLabel(name)}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="8" />
              ${svg`<rect class=${value < 0 ? 'negative' : 'expert'} x=${start} width=${width} height="8" />`}
            </svg>
            <span class="value">${value.toFixed(2)}</span>
          </li>`,
      )}
    </ul>`;
}
