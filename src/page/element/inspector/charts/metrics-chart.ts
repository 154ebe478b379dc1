import { html, svg, type TemplateResult } from 'lit';
import type { Metrics } from '../../../../device/protocol';

/** Width of the mark at the value, in percent of the chart. */
const TICK = 1;

type Row = Metrics['rows'][number];

/** Clicks per impression of one list, on the scale of all lists, in percent of the chart's width. */
export interface MetricsBar {
  name: string;
  /** Position of the value, and of both ends of its 95 % interval. */
  width: number;
  low: number;
  high: number;
  /** The counts as text. */
  text: string;
}

/**
 * Lists by their English headings; the shop's own names stay as they are. The headings are duplicated here because sharing the
 * labels of the lists would make every page load one more file.
 */
export const LIST_NAMES: Record<string, string> = {
  'for-you': 'Recommended for you',
  similar: 'Similar products',
  complement: 'Goes well with it',
  trending: 'Popular right now',
  recent: 'Recently viewed',
  again: 'Buy again',
};
const nameOf = (placement: string | null): string =>
  placement === null ? 'Elsewhere' : (Object.hasOwn(LIST_NAMES, placement) && LIST_NAMES[placement]) || placement;

/** Bars of the lists that have impressions, in the given order; the highest upper bound fills the chart. */
export function metricsBars(rows: readonly Row[], language?: string): MetricsBar[] {
  const seen = rows.flatMap((row) => (row.ctr === null || row.ctrRange === null ? [] : [{ ...row, ...shares(row) }]));
  const max = Math.max(...seen.map(({ high }) => high), 0) || 1;
  const number = new Intl.NumberFormat(language);
  return seen.map(({ placement, variant, impressions, clicks, ctr, low, high }) => ({
    name: [nameOf(placement), variant].filter(Boolean).join(', '),
    width: (Math.min(1, ctr ?? 0) / max) * 100,
    low: (low / max) * 100,
    high: (high / max) * 100,
    text: `${number.format(clicks)} of ${number.format(impressions)}`,
  }));
}

const shares = ({ ctrRange }: Row): { low: number; high: number } => ({
  low: ctrRange?.[0] ?? 0,
  high: ctrRange?.[1] ?? 0,
});

/** Clicks per impression on this device: one bar per list with its 95 % interval. */
export function metricsChart({ rows }: Metrics, language?: string): TemplateResult {
  const bars = metricsBars(rows, language);
  if (bars.length === 0) return html`<p class="note">No list was seen yet.</p>`;
  return html`
    <ul part="metrics" class="weights">
      ${bars.map(
        ({ name, width, low, high, text }) => html`
          <li data-metric=${name}>
            <span class="name">${name}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="8" />
              ${svg`<rect class="range" x=${low} width=${high - low} height="8" />`}
              ${svg`<rect class="expert" width=${low} height="8" />`}
              ${svg`<rect class="expert" x=${Math.max(0, width - TICK)} width=${TICK} height="8" />`}
            </svg>
            <span class="value">${text}</span>
          </li>`,
      )}
    </ul>`;
}
