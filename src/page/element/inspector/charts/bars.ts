import { html, svg, type TemplateResult } from 'lit';
import type { Inspection, Metrics } from '../../../../device/protocol';
import { termLabel } from '../wording';

/**
 * A bar in a row of a list, in percent of its width. These are not drawn with Plot, which is loaded for charts with axes: a row is
 * complete at once and needs no table beside it.
 */
interface Bar {
  name: string;
  /** Its parts from back to front, each with a class of the style sheet. */
  parts: readonly { kind: 'expert' | 'mark' | 'range' | 'negative'; start?: number; width: number }[];
  value: TemplateResult | string;
}

/** A list of bars. @param part name of the list for the page's style sheets */
const barList = (part: string, bars: readonly Bar[]): TemplateResult => html`
  <ul part=${part} class="bars">
    ${bars.map(
      ({ name, parts, value }) => html`
        <li data-bar=${name}>
          <span class="name">${name}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width="100" height="8" />
            ${parts.map(({ kind, start = 0, width }) => svg`<rect class=${kind} x=${start} width=${width} height="8" />`)}
          </svg>
          <span class="value">${value}</span>
        </li>`,
    )}
  </ul>`;

/** Categories with their part in the latest choices, and a mark at the part that they would have by chance. */
export function categoryBars(categories: Inspection['categories'], percent: (share: number) => string): TemplateResult {
  const most = Math.max(...categories.map(({ share, usual }) => Math.max(share, usual)), 0.01);
  return barList(
    'categories',
    categories.map(({ name, share, usual }) => ({
      name: name.split('/').join(' › '),
      parts: [
        { kind: 'expert', width: (100 * share) / most },
        { kind: 'mark', start: Math.min(99, (100 * usual) / most), width: 1 },
      ],
      value: html`${percent(share)}<span class="unseen">, by chance ${percent(usual)}</span>`,
    })),
  );
}

/**
 * The English heading of each list; the shop's own names stay as they are. The headings are duplicated here because sharing
 * the labels of the lists would make every page load one more file.
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

/** Clicks per impression of each list that was seen, with their 95 % interval; the highest upper bound fills the list. */
export function clickBars(rows: Metrics['rows'], language?: string): Bar[] {
  const max = Math.max(...rows.map(({ ctrRange }) => ctrRange?.[1] ?? 0), 0) || 1;
  const number = new Intl.NumberFormat(language);
  return rows.flatMap(({ placement, variant, impressions, clicks, ctr, ctrRange }): Bar[] => {
    if (ctr === null || ctrRange === null) return [];
    const scaled = (share: number): number => (share / max) * 100;
    const low = scaled(ctrRange[0]);
    return [
      {
        name: [nameOf(placement), variant].filter(Boolean).join(', '),
        parts: [
          { kind: 'range', start: low, width: scaled(ctrRange[1]) - low },
          { kind: 'expert', width: low },
          { kind: 'expert', start: Math.max(0, scaled(Math.min(1, ctr)) - 1), width: 1 },
        ],
        value: `${number.format(clicks)} of ${number.format(impressions)}`,
      },
    ];
  });
}

export function clickList({ rows }: Metrics, language?: string): TemplateResult {
  const bars = clickBars(rows, language);
  return bars.length === 0 ? html`<p class="note">No list was seen yet.</p>` : barList('metrics', bars);
}

/** The personal weights of the score, strongest first, on a single scale for both signs. */
export function weightBars(weights: Record<string, number>): Bar[] {
  const entries = Object.entries(weights)
    .filter(([, value]) => Number.isFinite(value))
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const values = entries.map(([, value]) => value);
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  return entries.map(([name, value]) => ({
    name: termLabel(name),
    parts: [
      {
        kind: value < 0 ? 'negative' : 'expert',
        start: ((Math.min(0, value) - low) / span) * 100,
        width: (Math.abs(value) / span) * 100,
      },
    ],
    value: value.toFixed(2),
  }));
}

export function weightList(weights: Record<string, number>): TemplateResult {
  const bars = weightBars(weights);
  return bars.length === 0 ? html`<p class="note">No weights yet.</p>` : barList('weights', bars);
}
