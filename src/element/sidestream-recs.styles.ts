import { css } from 'lit';

/** The frame of the list: heading, grid or row, messages. Colours come from the page's own text colour. */
export const recsStyles = css`
  :host {
    --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 66%, transparent));
    --_tile: var(--sidestream-tile, color-mix(in srgb, currentColor 6%, transparent));
    --_accent: var(--sidestream-accent, currentColor);
    --_surface: var(--sidestream-surface, Canvas);
    --_line: color-mix(in srgb, currentColor 16%, transparent);
    --_gap: var(--sidestream-gap, 1rem);
    --_radius: var(--sidestream-radius, 0.875rem);
    --_card: var(--sidestream-card-size, 10.5rem);
    display: block;
    container-type: inline-size;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  ::before {
    box-sizing: border-box;
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    min-block-size: 2.25rem;
    margin-block-end: 0.875rem;
  }
  h3 {
    margin: 0;
    font-size: var(--sidestream-heading-size, 1.25rem);
    font-weight: 650;
    line-height: 1.25;
    letter-spacing: -0.012em;
    text-wrap: balance;
  }
  .list {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(var(--_card), calc(50% - var(--_gap) / 2)), 1fr));
    gap: calc(var(--_gap) * 1.5) var(--_gap);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  :host([layout='row']) .list {
    grid-template-columns: none;
    grid-auto-flow: column;
    grid-auto-columns: min(var(--_card), 42cqi);
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scroll-snap-type: x proximity;
    scrollbar-width: none;
    /* Room for the focus rings, which overflow would cut off. */
    padding: 4px;
    margin: -4px;
    scroll-padding-inline: 4px;
  }
  :host([layout='row']) .list::-webkit-scrollbar {
    display: none;
  }
  :host([layout='row']) .item {
    scroll-snap-align: start;
  }
  .message {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    margin: 0;
    padding: 1.25rem 1.5rem;
    color: var(--_muted);
    background: var(--_tile);
    border-radius: var(--_radius);
    line-height: 1.5;
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
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before {
      transition: none !important;
      animation: none !important;
    }
  }
`;
