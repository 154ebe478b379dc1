import { css } from 'lit';

/** The inspector takes its colours from the page's text colour, accent and surface. */
export const inspectorStyles = css`
  :host {
    --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 66%, transparent));
    --_line: color-mix(in srgb, currentColor 14%, transparent);
    --_alarm: color-mix(in srgb, #d23a50 80%, currentColor);
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
  button {
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
  .experts,
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
    gap: 0.5rem 1.5rem;
  }
  .products li,
  .experts .title,
  .about-item {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
  }
  .products .name {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bars {
    max-inline-size: 52rem;
  }
  .bars li {
    display: grid;
    grid-template-columns: minmax(5.5rem, 42%) minmax(0, 1fr) 4rem;
    align-items: center;
    gap: 0.75rem;
    padding-block: 0.25rem;
  }
  .bars .name {
    overflow-wrap: anywhere;
    hyphens: auto;
  }
  .bars svg {
    inline-size: 100%;
    block-size: 0.5rem;
    overflow: hidden;
  }
  :host(:dir(rtl)) .bars svg {
    transform: scaleX(-1);
  }
  .track {
    fill: var(--_tile);
  }
  .more {
    fill: var(--_accent);
  }
  .less {
    fill: var(--_alarm);
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
  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .pictures .picture {
    background: var(--_surface);
  }
  .named {
    position: relative;
  }

  .timeline > li {
    border-block-end: 1px solid var(--_line);
  }
  .row {
    display: flex;
    align-items: center;
    gap: 0.25rem 0.75rem;
    inline-size: 100%;
    padding: 0.5rem 0;
    text-align: start;
  }
  .row:hover .name {
    text-decoration: underline;
  }
  .row::after {
    content: '';
    flex: none;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    margin-inline: 0.25rem 0.5rem;
    border: solid var(--_muted);
    border-width: 0 2px 2px 0;
    transform: translateY(-25%) rotate(45deg);
  }
  .row[aria-expanded='true']::after {
    transform: translateY(25%) rotate(225deg);
  }
  .what {
    display: grid;
    flex: 1;
    min-inline-size: 0;
  }
  .row .name {
    font-weight: 600;
  }
  .opened {
    margin-block-end: 0.75rem;
    padding: 1rem;
    background: var(--_tile);
    border-radius: 0.75rem;
  }
  .opened p + .button {
    margin-block-start: 0.5rem;
  }

  .picker {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
    margin-block: 0.75rem 1.25rem;
  }
  .picker button {
    display: block;
    padding: 0.125rem;
    border: 2px solid transparent;
    border-radius: 0.75rem;
  }
  .picker .picture {
    inline-size: 3.25rem;
    block-size: 3.25rem;
    display: grid;
  }
  .picker [aria-pressed='true'] {
    border-color: var(--_accent);
  }
  .about-item > span:last-child {
    display: grid;
  }
  .about-item + .lead {
    margin-block-start: 0.75rem;
  }

  .facts {
    row-gap: 0;
    margin: 1.25rem 0 0;
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
  .field {
    display: grid;
    gap: 0.25rem;
    max-inline-size: 20rem;
  }
  .field input {
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--_muted);
    border-radius: 0.5rem;
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-block-start: 0.75rem;
  }
  .question {
    margin-block-start: 1rem;
    padding: 1rem;
    border: 1px solid currentColor;
    border-radius: 0.75rem;
  }
  .button {
    position: relative;
    display: inline-block;
    padding: 0.4375rem 1rem;
    font-size: 0.875rem;
    font-weight: 600;
    border: 1px solid var(--_muted);
    border-radius: 99rem;
    cursor: pointer;
  }
  .button:hover:not(:disabled, .off) {
    border-color: currentColor;
  }
  .button:focus-within:has(:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .button:is(:disabled, .off) {
    color: var(--_muted);
    cursor: default;
  }
  .strong {
    border: 2px solid var(--_accent);
  }

  /* Words that are English whichever way the page is read, and names of products: their stops stay where they belong. */
  :host(:dir(rtl)) :is(.name, .about-item .about),
  :host(:dir(rtl)) .panel:not([lang='ar']) :is(p, h3, dt, dd, button, label, .name, .about, .badge) {
    unicode-bidi: plaintext;
    text-align: right;
  }
  :host(:dir(rtl)) .panel:not([lang='ar']) :is(.value, dd) {
    unicode-bidi: plaintext;
    text-align: left;
  }

  @container inspector (inline-size < 34rem) {
    .tabs {
      gap: 0;
    }
    .tabs button {
      flex: auto;
      padding-inline: 0.25rem;
      font-size: 0.875rem;
    }
    .question-name {
      display: none;
    }
    .short-name {
      display: inline;
    }
  }
  @media (forced-colors: active) {
    :host {
      --_accent: Highlight;
      --_muted: CanvasText;
      --_alarm: LinkText;
      --_surface: Canvas;
      --_line: GrayText;
      --_tile: Canvas;
    }
    .tabs button {
      border-color: Canvas;
    }
    .bars svg,
    .picture {
      forced-color-adjust: none;
    }
    .experts > li,
    .opened {
      border: 1px solid CanvasText;
    }
    .tabs [aria-selected='true'] {
      border-color: Highlight;
    }
    .track {
      stroke: GrayText;
    }
  }
`;
