import { css } from 'lit';

/**
 * Styles that a bundle adds to a list. The columns and rows of its cards and the space for total and button are in the list's
 * styles, which reserve them before this is loaded.
 */
export const bundleStyles = css`
  /* A list without total and button. */
  :host section > .list[role='list'] {
    padding-block-end: 0;
  }
  .bundle .item {
    position: relative;
  }
  /* A plus sign between two cards, in the middle of their images. */
  .bundle .item + .item::before {
    content: '+' / '';
    position: absolute;
    inset-block-start: 0;
    inset-inline-start: -2rem;
    display: flex;
    align-items: center;
    inline-size: 100%;
    aspect-ratio: var(--sidestream-media-ratio, 1);
    padding-inline-start: 0.65rem;
    font-size: 1.25rem;
    line-height: 1;
    color: var(--_muted);
    pointer-events: none;
  }
  .check {
    position: absolute;
    z-index: 1;
    inset-block-start: 0.375rem;
    inset-inline-start: 0.375rem;
    display: grid;
    place-items: center;
    inline-size: 2rem;
    block-size: 2rem;
    color: var(--sidestream-on-surface, CanvasText);
    background: var(--_surface);
    border: var(--_edge);
    border-radius: 0.5rem;
    box-shadow: 0 1px 3px rgb(0 0 0 / 0.16);
    cursor: pointer;
  }
  .check input {
    inline-size: 1.25rem;
    block-size: 1.25rem;
    margin: 0;
    accent-color: var(--sidestream-accent, auto);
    cursor: inherit;
  }
  .check:has(:disabled) {
    cursor: default;
  }
  /* Texts and badges stay readable. */
  .bundle .item:has(input:not(:checked)) .image {
    opacity: 0.45;
  }
  .summary {
    position: relative;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0;
    min-block-size: 5.25rem;
    margin-block-start: -5.25rem;
    padding-block-start: 1.25rem;
  }
  .total {
    margin: 0;
    line-height: var(--_leading);
  }
  .total:has(strong) {
    margin-inline-end: 1.5rem;
  }
  .total span {
    display: block;
    font-size: 0.875em;
    color: var(--_muted);
  }
  .total strong {
    font-size: 1.25em;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  .add-checked {
    min-block-size: 2.75rem;
    max-inline-size: 100%;
    padding: 0.375rem 1.5rem;
    font: inherit;
    font-weight: 650;
    line-height: 1.25;
    color: var(--_accent);
    cursor: pointer;
    background: color-mix(in srgb, currentColor 8%, transparent);
    border: 1.5px solid currentColor;
    border-radius: 99rem;
    transition: background 0.15s;
  }
  .add-checked:hover {
    background: color-mix(in srgb, currentColor 16%, transparent);
  }
  .add-checked[aria-disabled='true'] {
    color: var(--_muted);
    background: none;
    border-color: var(--_line);
    cursor: default;
  }
  @media (pointer: coarse) {
    .check {
      inline-size: 2.75rem;
      block-size: 2.75rem;
    }
  }
  /* Small pictures: the box is small too, and what a finger meets reaches beyond it. */
  @container (inline-size < 56rem) {
    .check {
      inset-block-start: 0.25rem;
      inset-inline-start: 0.25rem;
      inline-size: 1.5rem;
      block-size: 1.5rem;
      border-radius: 0.375rem;
    }
    .check input {
      inline-size: 1rem;
      block-size: 1rem;
    }
    .check::before {
      content: '';
      position: absolute;
      inset: -0.625rem;
    }
  }
  @container (inline-size < 40rem) {
    .bundle .item + .item::before {
      content: none;
    }
    /* Beside the texts, not on the picture. */
    .check {
      inset-block-start: 0;
      inset-inline: auto 0.625rem;
      box-shadow: none;
    }
    .bundle .body {
      padding-inline-end: 3rem;
    }
    /* In view while the shopper looks at the rows. */
    .summary {
      position: sticky;
      z-index: 2;
      inset-block-end: 0;
      flex-wrap: nowrap;
      justify-content: space-between;
      padding-block: 1rem 0.75rem;
      background: var(--_surface);
    }
    .total:has(strong) {
      margin-inline-end: 1rem;
    }
    .add-checked {
      padding-inline: 1rem;
      border-radius: 1.5rem;
    }
  }
  @media (forced-colors: active) {
    .add-checked {
      color: ButtonText;
      border-color: ButtonText;
    }
    .add-checked[aria-disabled='true'] {
      color: GrayText;
      border-color: GrayText;
    }
  }
`;
