import { css } from 'lit';
import { hostStyles, pictureStyles, waitStyles } from '../shared.styles';

/** Tiles, states and buttons. */
const ownStyles = css`
  :host {
    display: block;
    --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 72%, transparent));
    --_gap: var(--sidestream-gap, 1rem);
  }
  :host([state='hidden']) {
    display: none;
  }
  .heading {
    font-size: var(--sidestream-heading-size, 1.25rem);
    font-weight: 600;
    line-height: 1.3;
    text-wrap: balance;
  }
  p {
    margin: 0.25rem 0 0;
    line-height: 1.5;
  }
  /* Texts that are not there yet: what holds their space is in English. */
  .hold {
    visibility: hidden;
  }
  .hint {
    color: var(--_muted);
  }
  ul {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(var(--sidestream-card-size, 8.5rem), 28%), 1fr));
    gap: var(--_gap);
    margin: 1rem 0;
    padding: 0;
    list-style: none;
  }
  li {
    min-inline-size: 0;
    container-type: inline-size;
  }
  .choice {
    position: relative;
    display: block;
    inline-size: 100%;
    padding: 0;
    border: 0;
    border-radius: var(--_radius);
    background: none;
    color: inherit;
    font: inherit;
    text-align: start;
    cursor: pointer;
  }
  .picture::before {
    font-size: 2rem;
    opacity: 0.6;
  }
  /* The edge of a white picture on a white page. */
  .picture::after {
    content: '';
    position: absolute;
    inset: 0;
    border: 1px solid color-mix(in srgb, currentColor 12%, transparent);
    border-radius: inherit;
    pointer-events: none;
  }
  .name {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    min-block-size: 2.7em;
    margin-block-start: 0.375rem;
    font-size: 0.875rem;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  .mark {
    position: absolute;
    /* Small on a small picture. */
    inset-block-start: min(0.5rem, 4cqi);
    inset-inline-end: min(0.5rem, 4cqi);
    display: grid;
    place-items: center;
    inline-size: clamp(1.125rem, 20cqi, 1.75rem);
    aspect-ratio: 1;
    border-radius: 50%;
    background: var(--sidestream-surface, Canvas);
    color: var(--sidestream-on-surface, CanvasText);
    opacity: 0;
  }
  .mark svg {
    inline-size: 60%;
    block-size: auto;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
  }
  [aria-pressed='true'] .mark {
    opacity: 1;
  }
  [aria-pressed='true'] .picture {
    outline: 3px solid var(--_accent);
    outline-offset: -3px;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
    align-items: center;
    justify-content: space-between;
  }
  .foot p {
    margin: 0;
  }
  .button {
    min-block-size: 2.75rem;
    padding: 0.25rem 1rem;
    border: 1px solid color-mix(in srgb, currentColor 40%, transparent);
    border-radius: 999px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  .message:focus {
    outline: none;
  }
  @media (prefers-reduced-motion: no-preference) {
    .mark {
      transition: opacity 0.15s;
    }
  }
  @media (forced-colors: active) {
    .picture::after,
    .mark {
      border: 1px solid;
    }
  }
`;

export const pickStyles = [hostStyles, pictureStyles, waitStyles, ownStyles];
