import { html, svg, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { Inspection, Metrics } from '../../../../device/protocol';
import { partName, type Words } from '../words';

/** Number of impressions below which nothing is said about the share of clicks. */
const MIN_IMPRESSIONS = 50;

interface BarPart {
  kind: 'expert' | 'mark' | 'range' | 'negative';
  start?: number;
  width: number;
}

/**
 * A bar in a row of a list, in percent of its width. These are not drawn with Plot, which is loaded for charts with axes: a row is
 * complete at once and needs no table beside it.
 */
interface Bar {
  name: string;
  /** Its parts from back to front, each with a class of the style sheet; words in the place of a bar. */
  parts: readonly BarPart[] | string;
  value: TemplateResult | string;
}

/** Names of the kinds of parts, for the key above the bars. */
type Keys = Partial<Record<BarPart['kind'], string>>;

const room = (parts: readonly BarPart[]): TemplateResult => html`
  <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="8" />
    ${parts.map(({ kind, start = 0, width }) => svg`<rect class=${kind} x=${start} width=${width} height="8" />`)}
  </svg>`;

const barList = (part: string, bars: readonly Bar[]): TemplateResult => html`
  <ul part=${part} class="bars">
    ${bars.map(
      ({ name, parts, value }) => html`
        <li data-bar=${name}>
          <span class="name">${name}</span>
          <span class="room">${typeof parts === 'string' ? html`<span class="about">${parts}</span>` : room(parts)}</span>
          <span class="value">${value}</span>
        </li>`,
    )}
  </ul>`;

/** Bars on a scale from 0 to 100 %, with their key above and the scale below. */
function shareList(part: string, bars: readonly Bar[], keys: Keys, { formats }: Words): TemplateResult {
  if (bars.every(({ parts }) => typeof parts === 'string')) return barList(part, bars);
  return html`
    <div class="shares">
      <ul class="keys">${Object.entries(keys).map(([kind, name]) => html`<li><span class="swatch ${kind}" aria-hidden="true"></span>${name}</li>`)}</ul>
      ${barList(part, bars)}
      <p class="scale" aria-hidden="true"><span>${[0, 0.5, 1].map((share) => html`<span>${formats.percent(share)}</span>`)}</span></p>
    </div>`;
}

/** Parts of the products with their share in what the adapters learned. */
export const adapterBars = (adapters: Inspection['adapters'], { texts, formats }: Words): TemplateResult =>
  barList(
    'adapters',
    adapters.map(({ input, share }) => ({
      name: texts.learned.inputs[input],
      parts: [{ kind: 'expert', width: 100 * share }],
      value: formats.percent(share),
    })),
  );

/** Categories with their part in the last choices, and a mark at their part in the shop. @param choices number of last choices */
export function categoryBars(categories: Inspection['categories'], choices: number, words: Words): TemplateResult {
  const { texts, formats, counted } = words;
  const { learned } = texts;
  return shareList(
    'categories',
    categories.map(({ name, share, usual }) => ({
      name: name.split('/').join(' › '),
      parts: [
        { kind: 'expert', width: 100 * share },
        { kind: 'mark', start: Math.min(99.2, 100 * usual), width: 0.8 },
      ],
      value: html`${formats.percent(share)}<span class="sidestream-unseen">${fill(learned.usually, { share: formats.percent(usual) })}</span>`,
    })),
    { expert: counted(learned.ownShare, choices), mark: learned.usualShare },
    words,
  );
}

const isPlacement = (name: string, headings: Words['headings']): name is keyof Words['headings'] =>
  Object.hasOwn(headings, name);

/** Clicks per impression of each list that was seen, with their 95 % interval. */
export function clickBars(rows: Metrics['rows'], { texts, headings, formats }: Words): Bar[] {
  const nameOf = (placement: string | null): string =>
    placement === null ? texts.helps.elsewhere : isPlacement(placement, headings) ? headings[placement] : placement;
  return rows.flatMap(({ placement, variant, impressions, clicks, ctr, ctrRange }): Bar[] => {
    if (ctr === null || ctrRange === null) return [];
    const [low, high] = [100 * ctrRange[0], 100 * ctrRange[1]];
    const name = [nameOf(placement), variant].filter(Boolean).join(', ');
    const value = fill(texts.helps.clicksOf, {
      clicks: formats.count(clicks),
      impressions: formats.count(impressions),
    });
    if (impressions < MIN_IMPRESSIONS) return [{ name, parts: texts.helps.tooFew, value }];
    const parts: BarPart[] = [
      { kind: 'expert', width: 100 * ctr },
      { kind: 'range', start: low, width: high - low },
    ];
    return [{ name, parts, value }];
  });
}

export function clickList({ rows }: Metrics, words: Words): TemplateResult {
  const { clicked, interval, notSeen } = words.texts.helps;
  const bars = clickBars(rows, words);
  if (bars.length === 0) return html`<p class="note">${notSeen}</p>`;
  return shareList('metrics', bars, { expert: clicked, range: interval }, words);
}

/** The personal weights of the score, strongest first, on a single scale for both signs. */
export function weightBars(weights: Record<string, number>, { texts, formats }: Words): Bar[] {
  const entries = Object.entries(weights)
    .filter(([, value]) => Number.isFinite(value))
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const values = entries.map(([, value]) => value);
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  return entries.map(([name, value]) => ({
    name: partName(texts, name),
    parts: [
      {
        kind: value < 0 ? 'negative' : 'expert',
        start: ((Math.min(0, value) - low) / span) * 100,
        width: (Math.abs(value) / span) * 100,
      },
    ],
    value: formats.signed(value),
  }));
}

export function weightList(weights: Record<string, number>, words: Words): TemplateResult {
  const bars = weightBars(weights, words);
  return bars.length === 0 ? html`<p class="note">${words.texts.learned.noWeights}</p>` : barList('weights', bars);
}
