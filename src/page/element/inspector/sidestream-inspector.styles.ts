import { css } from 'lit';

/** The inspector takes its colours from the page's text colour, accent and surface. */
export const inspectorStyles = css`
  :host {
    --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 66%, transparent));
    --_line: color-mix(in srgb, currentColor 14%, transparent);
    --_backbone: color-mix(in srgb, currentColor 24%, transparent);
    --_alarm: color-mix(in srgb, #d23a50 80%, currentColor);
    --_expert-trial: var(--_backbone);
    --_expert-dropped: color-mix(in srgb, currentColor 45%, transparent);
    --_expert-own: var(--_accent);
    --_expert-popularity: var(--_alarm);
    --_expert-content: currentColor;
    --_expert-0: #3b6fb6;
    --_expert-1: #c8641b;
    --_expert-2: #3f8f4f;
    --_expert-3: #8e5aa8;
    display: block;
    container: inspector / inline-size;
    font-size: 0.9375rem;
    line-height: 1.45;
  }
  * {
    box-sizing: border-box;
  }
  h3 {
    margin: 2rem 0 0;
    font-size: 1.0625rem;
    font-weight: 650;
  }
  h4 {
    margin: 0.75rem 0 0.375rem;
    font-size: 0.9375rem;
    font-weight: 650;
  }
  p {
    margin: 0;
  }
  ul,
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  button,
  .field input {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
  }
  button,
  summary {
    cursor: pointer;
  }
  .note {
    margin-block: 0.25rem 0.75rem;
    color: var(--_muted);
    max-inline-size: 44rem;
  }
  .alert {
    padding: 0.75rem 1rem;
    color: inherit;
    border: 1px solid var(--_alarm);
    border-radius: 0.5rem;
  }
  /* In sight wherever the view is scrolled to. */
  .said:not(:empty) {
    position: sticky;
    inset-block-end: 1rem;
    margin-block-start: 1rem;
    padding: 0.75rem 1rem;
    background: var(--_surface);
    border: 1px solid var(--_accent);
    border-radius: 0.5rem;
  }
  .lead {
    margin-block-start: 1.25rem;
    font-size: 1.0625rem;
    max-inline-size: 44rem;
  }
  .about {
    font-size: 0.8125rem;
    color: var(--_muted);
  }
  .value {
    text-align: end;
    font-variant-numeric: tabular-nums;
    color: var(--_muted);
  }
  .badge {
    padding: 0.0625rem 0.5rem;
    font-size: 0.75rem;
    white-space: nowrap;
    border: 1px solid var(--_line);
    border-radius: 99rem;
  }

  .tabs {
    display: flex;
    gap: 0.25rem;
    border-block-end: 1px solid var(--_line);
  }
  .tabs button {
    padding: 0.625rem 0.75rem;
    font-weight: 550;
    white-space: nowrap;
    color: var(--_muted);
    border-block-end: 2px solid transparent;
  }
  .short-name {
    display: none;
  }
  .tabs button:focus-visible {
    outline-offset: -2px;
  }
  .tabs [aria-selected='true'] {
    color: inherit;
    border-color: var(--_accent);
  }
  .view {
    outline-offset: 4px;
  }

  .picture {
    display: inline-grid;
    flex: none;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border-radius: 0.5rem;
  }
  .picture::before {
    font-weight: inherit;
  }
  .picture .image {
    padding: 12%;
    object-fit: contain;
    background: none;
  }

  .products,
  .places,
  .experts,
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
    gap: 0.5rem 1.5rem;
  }
  .products li,
  .places li,
  .experts .title,
  .keys li,
  .about-item {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
  }
  .products .name,
  .places .name {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .shares {
    margin-block-start: 0.375rem;
  }
  .shares,
  .bars {
    --_columns: 14rem minmax(0, 1fr) 6rem;
    max-inline-size: 52rem;
  }
  .bars li,
  .scale {
    display: grid;
    grid-template-columns: var(--_columns);
    align-items: center;
    column-gap: 0.75rem;
  }
  .room {
    display: grid;
    align-content: center;
    align-self: stretch;
    padding-block: 0.5rem;
  }
  /* Guide lines at the numbers of the scale. */
  .shares .room {
    background: linear-gradient(var(--_line) 0 0) 50% / 1px 100% no-repeat;
    border-inline: 1px solid var(--_line);
  }
  .scale {
    font-size: 0.75rem;
    color: var(--_muted);
  }
  .scale > span {
    display: flex;
    grid-column: 2;
    justify-content: space-between;
    margin-inline: -1rem;
  }
  .scale span span {
    inline-size: 2.5rem;
    text-align: center;
  }
  .bars svg {
    block-size: 0.5rem;
    overflow: hidden;
  }
  .room > .about {
    white-space: nowrap;
  }
  .shares .room > .about {
    padding-inline-start: 0.5rem;
  }
  .swatch {
    flex: none;
    inline-size: 0.875rem;
    block-size: 0.375rem;
    background: var(--_accent);
  }
  .swatch.mark {
    inline-size: 0.1875rem;
    block-size: 0.75rem;
    background: currentColor;
  }
  .swatch.range {
    opacity: 0.35;
  }

  .experts {
    grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr));
    align-items: start;
    gap: 1rem;
    margin-block-start: 1rem;
  }
  .experts > li {
    display: grid;
    align-content: start;
    gap: 0.25rem;
    padding: 0.875rem 1rem;
    background: var(--_tile);
    border-radius: 0.75rem;
  }
  .experts .name {
    flex: 1;
    font-weight: 600;
  }
  .dot {
    flex: none;
    inline-size: 0.75rem;
    block-size: 0.75rem;
    background: var(--_own);
    border-radius: 50%;
  }
  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .pictures .picture,
  .opened .picture {
    background: var(--_surface);
  }
  .named {
    position: relative;
  }

  .chart {
    margin: 1rem 0 0;
  }
  .chart .note {
    margin-block: 0 0.375rem;
  }
  .keys {
    display: flex;
    flex-wrap: wrap;
    gap: 0.125rem 1rem;
    margin-block-end: 0.5rem;
    font-size: 0.8125rem;
  }
  .keys .dot {
    inline-size: 0.875rem;
    block-size: 0.375rem;
    border-radius: 99rem;
  }
  .drawing [data-key] {
    cursor: pointer;
  }
  figcaption {
    display: flex;
    justify-content: space-between;
    margin-block-end: 0.375rem;
    font-weight: 550;
  }
  sidestream-inspector-chart {
    display: block;
    min-block-size: 5rem;
  }
  /* Anchors of its texts are of the paper, not of the language. */
  .drawing {
    direction: ltr;
  }
  .drawing text {
    white-space: pre;
  }
`;
