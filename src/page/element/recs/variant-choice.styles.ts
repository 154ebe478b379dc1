import { css } from 'lit';

/** The choice of a variant, in a row of its own below the reason. */
export const variantChoiceStyles = css`
  :host([variant-choice]) .list {
    grid-auto-rows: var(--_row) var(--_row) var(--_row) var(--_row) var(--_row) auto;
  }
  :host([variant-choice]) .item {
    grid-row: span 6;
  }
  .options {
    grid-row: 5;
    display: grid;
    gap: 0.375rem;
    align-content: start;
    position: relative;
    z-index: 1;
    margin-block-start: 0.375rem;
    min-inline-size: 0;
  }
  .choice {
    display: flex;
    gap: 0.25rem;
    min-inline-size: 0;
    /* Space for the focus rings, which overflow would cut off. */
    margin: -3px;
    padding: 3px;
    border: 0;
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scrollbar-width: none;
  }
  .choice::-webkit-scrollbar {
    display: none;
  }
  .option {
    position: relative;
    flex: none;
    display: grid;
    place-items: center;
    min-inline-size: 1.75rem;
    block-size: 1.75rem;
    padding-inline: 0.4375rem;
    font-size: 0.8125em;
    font-variant-numeric: tabular-nums;
    border: 1px solid var(--_line);
    border-radius: 0.5rem;
    cursor: pointer;
  }
  .option:has(.swatch) {
    padding: 0;
    border-radius: 50%;
    border-color: transparent;
  }
  .option:hover:has(input:enabled),
  .option:has(:checked) {
    border-color: currentColor;
  }
  .option:has(:checked) {
    box-shadow: inset 0 0 0 1px currentColor;
    font-weight: 600;
  }
  .option:has(:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }
  .option:has(:disabled) {
    color: var(--_muted);
    cursor: default;
  }
  /* Struck out. */
  .option:has(:disabled)::after {
    content: '';
    position: absolute;
    inset-inline: 0;
    inset-block-start: 50%;
    border-block-start: 1px solid currentColor;
    rotate: -35deg;
  }
  .swatch {
    display: block;
    inline-size: 1.25rem;
    block-size: 1.25rem;
    object-fit: cover;
    border-radius: 50%;
    box-shadow: inset 0 0 0 1px var(--_rim);
    forced-color-adjust: none;
  }
  .option:has(:disabled) .swatch {
    opacity: 0.5;
  }
  .usual {
    margin: 0;
    font-size: 0.75em;
    line-height: var(--_leading);
    color: var(--_muted);
  }
  @media (pointer: coarse) {
    .option {
      min-inline-size: 2.25rem;
      block-size: 2.25rem;
    }
  }
  @media (forced-colors: active) {
    .option:has(:checked) {
      border-color: Highlight;
      outline: 1px solid Highlight;
    }
    .option:has(:disabled) {
      color: GrayText;
    }
  }
`;
