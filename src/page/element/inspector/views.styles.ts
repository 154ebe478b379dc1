import { css } from 'lit';

/** The timeline, the explanation of one recommendation, the two lists side by side, figures and controls. */
export const viewStyles = css`
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
`;
