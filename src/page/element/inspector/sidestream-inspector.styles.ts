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

  /* The timeline, the explanation of one recommendation, the two lists side by side, figures and controls. */
  .check {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    margin-block-end: 0.5rem;
    cursor: pointer;
  }
  .timeline > li {
    border-block-end: 1px solid var(--_line);
  }
  .timeline + .button {
    margin-block-start: 0.75rem;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 0.25rem 0.75rem;
    inline-size: 100%;
    padding: 0.5rem 0;
    text-align: start;
  }
  button.row:hover .name {
    text-decoration: underline;
  }
  .run {
    display: flex;
    flex: none;
    gap: 0.25rem;
  }
  .each {
    margin: 0 0 0.75rem;
  }
  .each summary {
    font-weight: 400;
    color: var(--_muted);
  }
  .each ol {
    margin-block-start: 0.25rem;
  }
  button.row::after {
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
  .what .badge {
    justify-self: start;
    margin-block-start: 0.25rem;
  }
  .timeline > :not(.choice) > .row .name {
    font-weight: 600;
  }
  .spot {
    flex: none;
    inline-size: 1rem;
    block-size: 1rem;
    margin-inline: 0.75rem;
    background: var(--_accent);
    border-radius: 50%;
  }
  [data-kind='rejected'] .spot {
    background: var(--_muted);
    border-radius: 0.125rem;
  }
  .opened {
    margin-block-end: 0.75rem;
    padding: 1rem;
    background: var(--_tile);
    border-radius: 0.75rem;
  }
  .opened p + p {
    margin-block-start: 0.5rem;
  }
  .places {
    row-gap: 0.25rem;
    margin-block: 0.75rem;
  }
  .two .places {
    grid-template-columns: 1fr;
  }
  .places .value {
    min-inline-size: 1.25rem;
  }
  [data-place='left'] .name {
    text-decoration: line-through;
  }
  :is([data-place='added'], [data-place='left']) .badge {
    font-weight: 650;
    border-color: currentColor;
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
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
    gap: 0 2rem;
  }
  .record {
    inline-size: 100%;
  }

  details {
    margin-block-start: 0.5rem;
  }
  .more {
    margin-block-start: 1.5rem;
    padding-block-start: 0.75rem;
    border-block-start: 1px solid var(--_line);
  }
  summary {
    inline-size: fit-content;
    font-size: 0.875rem;
    font-weight: 550;
  }
  .scroll-across {
    overflow-x: auto;
  }
  .scroll {
    max-block-size: 18rem;
    margin-block-start: 0.5rem;
    overflow: auto;
  }
  table {
    border-collapse: collapse;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.3125rem 1rem 0.3125rem 0;
    text-align: start;
    vertical-align: top;
    font-weight: 400;
    border-block-end: 1px solid var(--_line);
  }
  :host(:dir(rtl)) :is(th, td) {
    padding: 0.3125rem 0 0.3125rem 1rem;
  }
  thead th {
    color: var(--_muted);
  }

  .facts {
    row-gap: 0;
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

  /* All charts. */
  svg {
    display: block;
    inline-size: 100%;
    block-size: auto;
  }
  rect.expert {
    fill: var(--_accent);
  }
  rect.mark {
    fill: currentColor;
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

  /* Right-to-left text, narrow containers and forced colours: these rules come last. */
  /* The charts of Plot are drawn from right to left; the small ones are turned. */
  :host(:dir(rtl)) .bars svg {
    transform: scaleX(-1);
  }

  /* Words that are English whichever way the page is read, and names of products: their stops stay where they belong. */
  :host(:dir(rtl)) :is(.name, td, .about-item .about),
  :host(:dir(rtl)) .panel:not([lang='ar']) :is(p, h3, h4, th, td, dt, dd, summary, figcaption, button, label, .name, .about, .badge, .keys li) {
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
    .shares,
    .bars {
      --_columns: minmax(5.5rem, 42%) minmax(0, 1fr) 3.5rem;
    }
    .row:has(.run) {
      flex-wrap: wrap;
    }
    .row .run {
      inline-size: 100%;
    }
    /* The words need the room of the bar and of the guide lines. */
    .room > .about {
      white-space: normal;
    }
    .bars .name {
      overflow-wrap: anywhere;
      hyphens: auto;
    }
  }
  @media (forced-colors: active) {
    :host {
      --_accent: Highlight;
      --_muted: CanvasText;
      --_alarm: LinkText;
      --_surface: Canvas;
      --_line: GrayText;
      --_backbone: GrayText;
      --_tile: Canvas;
      --_expert-trial: color-mix(in srgb, CanvasText 20%, Canvas);
      --_expert-dropped: color-mix(in srgb, CanvasText 50%, Canvas);
      --_expert-0: Highlight;
      --_expert-1: LinkText;
      --_expert-2: CanvasText;
      --_expert-3: color-mix(in srgb, LinkText 45%, Canvas);
    }
    .tabs button {
      border-color: Canvas;
    }
    .dot,
    .spot,
    .swatch,
    .room,
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
    rect.track {
      stroke: GrayText;
    }
  }
`;
