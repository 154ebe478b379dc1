import { css } from 'lit';

/** The panel takes its colours from the page's text colour and accent. */
export const inspectorStyles = css`
  :host {
    --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 66%, transparent));
    --_tile: var(--sidestream-tile, color-mix(in srgb, currentColor 6%, transparent));
    --_accent: var(--sidestream-accent, currentColor);
    --_line: color-mix(in srgb, currentColor 14%, transparent);
    --_backbone: color-mix(in srgb, currentColor 24%, transparent);
    display: block;
    font-size: 0.875rem;
    line-height: 1.45;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  h3 {
    margin: 1.75rem 0 0;
    font-size: 0.9375rem;
    font-weight: 650;
  }
  .note {
    margin: 0.25rem 0 0.75rem;
    color: var(--_muted);
  }
  .facts {
    display: grid;
    margin: 0;
  }
  .facts > div {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    padding-block: 0.375rem;
    border-block-end: 1px solid var(--_line);
  }
  dt {
    color: var(--_muted);
  }
  dd {
    margin: 0;
    font-weight: 550;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .experts {
    display: grid;
    gap: 0.875rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .experts li {
    display: grid;
    grid-template-columns: 1fr auto;
    column-gap: 0.625rem;
  }
  .experts .name {
    font-weight: 550;
  }
  .about {
    font-size: 0.8125rem;
    color: var(--_muted);
  }
  .experts svg {
    grid-column: 1 / -1;
    block-size: 1.5rem;
    margin-block-start: 0.25rem;
    border-radius: 0.25rem;
  }
  .line {
    fill: none;
    stroke: var(--_accent);
    stroke-width: 1.5;
    vector-effect: non-scaling-stroke;
  }
  .ladders {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 1.25rem;
  }
  .ladder {
    margin: 0;
  }
  figcaption {
    display: flex;
    justify-content: space-between;
    margin-block-end: 0.375rem;
    font-weight: 550;
  }
  .count {
    font-weight: 400;
    color: var(--_muted);
  }
  svg {
    display: block;
    inline-size: 100%;
    block-size: auto;
  }
  .rail {
    stroke: var(--_line);
    stroke-width: 1.5;
  }
  .knot {
    fill: var(--_backbone);
  }
  rect.backbone {
    fill: var(--_backbone);
  }
  rect.expert {
    fill: var(--_accent);
    transition: width 0.4s, x 0.4s;
  }
  rect.range {
    fill: var(--_accent);
    opacity: 0.25;
  }
  rect.negative {
    fill: var(--_backbone);
  }
  rect.track {
    fill: var(--_tile);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    margin: 0.75rem 0 0;
    font-size: 0.8125rem;
    color: var(--_muted);
  }
  .legend span::before {
    content: '';
    display: inline-block;
    inline-size: 0.625rem;
    block-size: 0.625rem;
    margin-inline-end: 0.375rem;
    border-radius: 2px;
    background: var(--_backbone);
  }
  .legend .expert::before {
    background: var(--_accent);
  }
  .weights {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .weights li {
    display: grid;
    grid-template-columns: minmax(6.5rem, 50%) 1fr 2.5rem;
    align-items: center;
    gap: 0.625rem;
  }
  [part='metrics'] li {
    grid-template-columns: minmax(6.5rem, 30%) 1fr 5rem;
  }
  .weights svg {
    block-size: 0.5rem;
    border-radius: 0.25rem;
    overflow: hidden;
  }
  :host(:dir(rtl)) svg {
    transform: scaleX(-1);
  }
  .value {
    text-align: end;
    font-variant-numeric: tabular-nums;
    color: var(--_muted);
  }
  .reset {
    inline-size: 100%;
    margin-block-start: 1.75rem;
    padding: 0.625rem 1rem;
    font: inherit;
    font-weight: 600;
    color: inherit;
    background: none;
    border: 1px solid var(--_line);
    border-radius: 99rem;
    cursor: pointer;
  }
  .reset:hover:enabled {
    border-color: currentColor;
  }
  .reset:disabled {
    opacity: 0.5;
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
    }
  }
`;
