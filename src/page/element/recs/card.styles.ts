import { css } from 'lit';

/**
 * The built-in card, its skeleton and the placeholder of a dismissed card. All reserve the same space for their texts. Picture,
 * title, rating, price and reason are in five rows of the list, so they line up across the cards of a row.
 */
export const cardStyles = css`
  .item,
  .item > .room,
  .card,
  .body {
    display: grid;
    grid-template: subgrid / minmax(0, 1fr);
    min-inline-size: 0;
  }
  .item {
    grid-row: span 5;
  }
  .item > *,
  .item > .room > * {
    grid-area: 1 / 1 / -1;
  }
  .card {
    position: relative;
  }
  /* For the button, which comes later than the outline. */
  :host([add-to-cart]) .card {
    padding-block-end: 3rem;
  }
  .media {
    container: media / inline-size;
  }
  /* The edge of a white picture on a white page. */
  .media::after {
    content: '';
    position: absolute;
    inset: 0;
    border: 1px solid var(--_rim);
    border-radius: inherit;
  }
  .media::before {
    font-size: 2.5rem;
    opacity: 0.6;
  }
  .image {
    transition: transform 0.3s cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  .card:hover .image {
    transform: scale(1.045);
  }
  .body {
    /* Two lines of title, one of rating, one of price, the lines of the reason. */
    --_texts: calc(var(--_leading) * (3.8125em + var(--_reason-lines) * 0.8125em) + 0.375rem);
    grid-row: 2 / -1;
    margin-block-start: 0.625rem;
  }
  .body > *,
  .body::after {
    grid-area: 1 / 1;
  }
  .rating {
    grid-row: 2;
  }
  .price {
    grid-row: 3;
  }
  .reason {
    grid-row: 4;
  }
  /* Space that a card does not need is left at its end. */
  .body::after {
    content: '';
    grid-row-end: -1;
    min-block-size: var(--_texts);
  }
  .link,
  .reason,
  .dismissed p {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    line-height: var(--_leading);
    text-align: start;
    overflow-wrap: anywhere;
    hyphens: auto;
    /* Keeps full stops and brackets in place in a title of another script than the page's. */
    unicode-bidi: plaintext;
  }
  :host(:dir(rtl)) :is(.link, .reason, .dismissed p) {
    text-align: right;
  }
  .link {
    /* The title of a card without an address is a button, whose text would be in the middle of its room. */
    align-self: start;
    padding: 0;
    font: inherit;
    font-weight: 550;
    line-height: var(--_leading);
    text-decoration: none;
    color: inherit;
    background: none;
    border: 0;
    cursor: pointer;
  }
  /* The link covers the whole card; buttons lie above it. */
  .link::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: var(--_radius);
  }
  .link:focus-visible {
    outline: none;
  }
  .link:focus-visible::after {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .card:hover .link {
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  .price {
    margin: 0.125rem 0 0;
    min-block-size: calc(var(--_leading) * 1em);
    line-height: var(--_leading);
    font-variant-numeric: tabular-nums;
  }
  /* On the image: beside the price it would take a line of its own in a narrow card. */
  .badge {
    position: absolute;
    inset-block-end: 0.5rem;
    inset-inline-start: 0.5rem;
    max-inline-size: calc(100% - 1rem);
    padding: 0.125em 0.625em;
    font-size: 0.75em;
    line-height: var(--_leading);
    color: var(--sidestream-on-surface, CanvasText);
    background: var(--_surface);
    border: var(--_edge);
    border-radius: 99rem;
    /* On a picture of its own colour. */
    box-shadow: 0 0 0 1px var(--_rim);
  }
  /* On a small picture it is a band, which leaves long texts one line. */
  @container media (inline-size < 8rem) {
    .badge {
      inset-block-end: 0;
      inset-inline: 0;
      max-inline-size: none;
      padding: 0 0.25em;
      overflow: hidden;
      text-align: center;
      text-overflow: ellipsis;
      white-space: nowrap;
      letter-spacing: -0.01em;
      border-radius: 0;
    }
  }
  .reason {
    -webkit-line-clamp: var(--_reason-lines);
    align-self: start;
    margin: 0.25rem 0 0;
    font-size: 0.8125em;
    color: var(--_muted);
  }
  .dismiss {
    position: absolute;
    z-index: 1;
    inset-block-start: 0.375rem;
    inset-inline-end: 0.375rem;
    display: grid;
    place-items: center;
    inline-size: 2rem;
    block-size: 2rem;
    padding: 0;
    color: var(--sidestream-on-surface, CanvasText);
    background: var(--_surface);
    border: var(--_edge);
    border-radius: 50%;
    box-shadow: 0 1px 3px rgb(0 0 0 / 0.16);
    cursor: pointer;
    opacity: 0;
    transition: opacity 0.15s;
  }
  .card:is(:hover, :focus-within) .dismiss {
    opacity: 1;
  }
  @media (hover: none), (pointer: coarse) {
    .dismiss {
      inline-size: 2.5rem;
      block-size: 2.5rem;
      opacity: 1;
    }
  }
  .dismissed {
    display: flex;
    flex-direction: column;
    align-items: start;
    justify-content: center;
    gap: 0.75rem;
    padding: 0.75rem;
    color: var(--_muted);
    background: var(--_tile);
    border: var(--_edge);
    border-radius: var(--_radius);
  }
  .dismissed p {
    -webkit-line-clamp: 6;
    margin: 0;
    font-size: 0.875em;
  }
  .dismissed .retry {
    padding-inline: 0.75rem;
    font-size: 0.875em;
  }
  .skeleton i {
    display: block;
    inline-size: 82%;
    block-size: 0.8em;
    margin-block-end: 0.6em;
    background: var(--_tile);
    border: var(--_edge);
    border-radius: 0.3em;
  }
  .skeleton i + i {
    grid-row: 2;
    inline-size: 36%;
  }
  .skeleton i + i + i {
    grid-row: 3;
    inline-size: 60%;
  }
  .skeleton {
    animation: breathe 1.8s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.55;
    }
  }
`;
