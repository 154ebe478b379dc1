import { css, unsafeCSS } from 'lit';
import { rowTrack } from '../../../core/card';

/** The frame of the list: heading, grid or row, messages. */
export const recsStyles = css`
  :host {
    --_line: color-mix(in srgb, currentColor 20%, transparent);
    --_edge: 0 solid transparent;
    --_rim: color-mix(in srgb, currentColor 12%, transparent);
    --_gap: var(--sidestream-gap, 1rem);
    --_card: var(--sidestream-card-size, 10.5rem);
    --_forward: to right;
    --_reason-lines: var(--sidestream-reason-lines, 2);
    display: block;
    margin-block: var(--sidestream-margin, 1.5rem);
    isolation: isolate;
    container-type: inline-size;
  }
  :host(:dir(rtl)) {
    --_forward: to left;
  }
  /* Overrides the display that a page gives its lists, so that a hidden list leaves no gap. */
  :host([state='hidden']) {
    display: none !important;
  }
  header {
    display: flex;
    align-items: start;
    justify-content: space-between;
    gap: 1rem;
    min-block-size: 2.75rem;
    margin-block-end: 0.375rem;
  }
  .heading {
    font-size: var(--sidestream-heading-size, 1.25rem);
    font-weight: 650;
    line-height: max(1.25, calc(var(--_leading) - 0.15));
    letter-spacing: -0.012em;
    text-wrap: balance;
  }
  /* Below the heading, in space that every header has: nothing moves when it comes. */
  .shared {
    margin: 0;
    font-size: 0.8125em;
    line-height: var(--_leading);
    color: var(--_muted);
  }
  /* Joined letters must not be moved closer. */
  :host(:lang(ar)) .heading {
    letter-spacing: 0;
  }
  .list {
    display: grid;
    /* Two columns fit everywhere. */
    --_least: min(var(--_card), 50% - var(--_gap) / 2);
    grid-template-columns: repeat(auto-fill, var(--_track));
    /* A card has five rows. What is left goes to the last one: the others are never larger than their contents. */
    --_row: minmax(min-content, 0);
    grid-auto-rows: var(--_row) var(--_row) var(--_row) var(--_row) auto;
    column-gap: var(--_gap);
    margin: calc(var(--_gap) * -1.5) 0 0;
    padding: 0;
    list-style: none;
  }
  .item {
    margin-block-start: calc(var(--_gap) * 1.5);
  }
  :host(:is([layout='row'], [layout='bundle'])) .item {
    margin: 0;
  }
  :host([layout='row']) .list {
    grid-template-columns: none;
    grid-auto-flow: column;
    grid-auto-columns: ${unsafeCSS(rowTrack())};
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scroll-snap-type: x proximity;
    scrollbar-width: none;
    /* Space for the focus rings, which overflow would cut off. */
    padding: 4px;
    margin: -4px;
    scroll-padding-inline: 4px;
  }
  /* Cards fade at an edge beyond which there are more. */
  section:has(.scroll:enabled) .list {
    mask-image: linear-gradient(
      var(--_forward),
      transparent,
      #000 var(--_fade-start, 0px),
      #000 calc(100% - var(--_fade-end, 0px)),
      transparent
    );
  }
  section:has(.scroll:first-child:enabled) {
    --_fade-start: 1.5rem;
  }
  section:has(.scroll:last-child:enabled) {
    --_fade-end: 1.5rem;
  }
  :host([layout='row']) .list::-webkit-scrollbar {
    display: none;
  }
  :host([layout='row']) .item {
    scroll-snap-align: start;
  }
  /* The cards of a bundle, and below them space for total and button. */
  :host([layout='bundle']) .list {
    grid-template-columns: none;
    grid-auto-flow: column;
    grid-auto-columns: minmax(0, var(--_card));
    gap: 0 2rem;
    margin: 0;
    padding-block-end: 5.25rem;
  }
  /* Narrow cards have more lines. */
  @container (inline-size < 26rem) {
    .list {
      --_reason-lines: var(--sidestream-reason-lines, 3);
    }
  }
  @container (inline-size < 40rem) {
    :host([layout='bundle']) .list {
      grid: none;
      row-gap: 0.75rem;
    }
    :host([layout='bundle']) .item {
      display: block;
      grid-row: auto;
    }
    :host([layout='bundle']) .card {
      grid: auto / 4.5rem 1fr;
      gap: 1rem;
    }
    /* Two lines of title and the price, or one line of each with a line of reason. */
    :host([layout='bundle']) .body {
      --_reason-lines: 1;
      display: block;
      grid-area: 1 / 2;
      block-size: 4.5rem;
      margin: 0;
      overflow: hidden;
    }
    :host([layout='bundle']) .body::after {
      content: none;
    }
  }
  .room {
    display: grid;
  }
  .room > * {
    grid-area: 1 / 1;
    min-inline-size: 0;
  }
  .hold {
    visibility: hidden;
  }
  .links {
    align-items: start;
    row-gap: calc(var(--_gap) * 1.5);
    margin: 0;
  }
  ::slotted(a) {
    display: flex;
    align-items: end;
    aspect-ratio: var(--sidestream-media-ratio, 1);
    padding: 0.75rem;
    overflow: hidden;
    color: inherit;
    font-weight: 550;
    line-height: var(--_leading);
    text-decoration: none;
    overflow-wrap: anywhere;
    background: var(--_tile);
    border: var(--_edge);
    border-radius: var(--_radius);
  }
  /* Other slotted elements keep their own shape. */
  ::slotted(:not(a, [slot])) {
    grid-column: 1 / -1;
    inline-size: 100cqi;
  }
  .message {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    align-content: center;
    justify-content: center;
    gap: 0.75rem 1rem;
    margin: 0;
    padding: 1.25rem 1.5rem;
    color: var(--_muted);
    background: var(--_tile);
    border: var(--_edge);
    border-radius: var(--_radius);
    line-height: max(1.5, var(--_leading));
    text-align: center;
    text-wrap: balance;
    word-break: auto-phrase;
  }
  .retry,
  .scroll {
    font: inherit;
    color: inherit;
    cursor: pointer;
    background: none;
    border: 1px solid var(--_line);
    border-radius: 99rem;
  }
  .retry {
    max-inline-size: 100%;
    padding: 0.375rem 1rem;
    color: var(--_accent);
    border-color: currentColor;
    font-weight: 600;
  }
  .scrollers {
    display: flex;
    gap: 0.375rem;
  }
  @media (pointer: coarse) {
    .scrollers {
      display: none;
    }
  }
  .scroll {
    display: grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    padding: 0;
    transition: opacity 0.15s, border-color 0.15s;
  }
  .scroll:hover:enabled {
    border-color: currentColor;
  }
  .scroll:disabled {
    cursor: default;
    opacity: 0.35;
  }
  svg {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  :host(:dir(rtl)) .scroll svg {
    transform: scaleX(-1);
  }
  @media (prefers-contrast: more), (forced-colors: active) {
    :host {
      --_muted: var(--sidestream-muted, currentColor);
      --_line: currentColor;
      --_rim: currentColor;
      /* Without tints, edges mark the tiles. */
      --_edge: 1px solid currentColor;
    }
  }
  @media (forced-colors: active) {
    :host {
      --_accent: Highlight;
    }
    .retry {
      color: ButtonText;
    }
    .scroll:disabled {
      color: GrayText;
      opacity: 1;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before {
      transition: none !important;
      animation: none !important;
    }
  }
`;
