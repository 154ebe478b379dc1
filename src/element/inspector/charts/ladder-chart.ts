import { html, nothing, svg, type TemplateResult } from 'lit';

const WIDTH = 132;
const BAR = 16;
const STEP = 30;
const RAIL = 10;

/** One segment of a layer's bar, in chart units. */
export interface Segment {
  x: number;
  width: number;
  /** Between 0 and 1: the newest expert is the strongest. 0 for the backbone. */
  strength: number;
}

/** Divides a bar of the given width by shares, with gaps of one unit. Shares need not sum to 1 exactly. */
export function segments(shares: number[], width: number): Segment[] {
  const sum = shares.reduce((total, share) => total + Math.max(0, share), 0) || 1;
  const room = width - (shares.length - 1);
  let x = 0;
  return shares.map((share, index) => {
    const segment = {
      x,
      width: (Math.max(0, share) / sum) * room,
      strength: index === 0 ? 0 : 0.45 + 0.55 * (index / (shares.length - 1)),
    };
    x += segment.width + 1;
    return segment;
  });
}

/** Shares as text: `backbone 62 %, expert 1 38 %`. */
export function describeShares(shares: number[]): string {
  return shares
    .map((share, index) => `${index === 0 ? 'backbone' : `expert ${index}`} ${Math.round(share * 100)} %`)
    .join(', ');
}

/**
 * The chart of one ladder: a rail from the shallow tap at the bottom to the deep one, with the shares of backbone and
 * experts on every rung.
 *
 * @param layers shares per layer from shallow to deep, backbone first
 */
export function ladderChart(name: string, layers: number[][]): TemplateResult {
  const height = layers.length * STEP + 4;
  const rung = (shares: number[], index: number) => {
    const y = height - (index + 1) * STEP + 4;
    const bars = segments(shares, WIDTH - RAIL - 14);
    return svg`
      <g transform="translate(0 ${y})">
        <title>${`Layer ${index + 1}: ${describeShares(shares)}`}</title>
        <circle class="knot" cx=${RAIL / 2} cy=${BAR / 2} r="3.5" />
        <line class="rail" x1=${RAIL / 2 + 3.5} x2=${RAIL + 13} y1=${BAR / 2} y2=${BAR / 2} />
        ${bars.map(
          ({ x, width, strength }) => svg`
            <rect class=${strength === 0 ? 'backbone' : 'expert'} x=${RAIL + 14 + x} width=${width} height=${BAR} rx="3"
              fill-opacity=${strength || 1} />`,
        )}
      </g>`;
  };
  return html`
    <figure part="ladder" class="ladder" data-ladder=${name.toLowerCase()}>
      <figcaption>${name}<span class="count">${layers.length > 0 ? `${layers.length} layers` : nothing}</span></figcaption>
      ${
        layers.length === 0
          ? html`<p class="note">No experts yet. They are trained from the first clicks on.</p>`
          : html`
            <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label=${summary(name, layers)}>
              <line class="rail" x1=${RAIL / 2} x2=${RAIL / 2} y1="2" y2=${height - 2} />
              ${layers.map(rung)}
            </svg>`
      }
    </figure>`;
}

function summary(name: string, layers: number[][]): string {
  return `${name} ladder. ${layers.map((shares, index) => `Layer ${index + 1}: ${describeShares(shares)}.`).join(' ')}`;
}
