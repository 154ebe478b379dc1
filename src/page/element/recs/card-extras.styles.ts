import { css } from 'lit';

/** Styles that only cards with an offer, a rating, a badge, a second picture or a button need. */
export const cardExtrasStyles = css`
  .card .price:has(s) {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: 0.3125rem;
  }
  /* The line that a price may take more is one of the reason's: nothing moves when these styles come. */
  .list:has(s) .reason {
    -webkit-line-clamp: max(1, var(--_reason-lines) - 1);
  }
  .card .now {
    color: var(--sidestream-sale, color-mix(in srgb, currentColor 45%, #e0101a));
    font-weight: 600;
  }
  .card .price s,
  .card .saving {
    font-size: 0.75em;
  }
  .card .price s {
    color: var(--_muted);
  }
  .card .rating {
    display: flex;
    align-items: center;
    gap: 0.25rem;
    margin: 0;
    font-size: 0.8125em;
    line-height: var(--_leading);
    block-size: calc(var(--_leading) * 1em);
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .card .stars {
    flex: none;
    block-size: 0.9375em;
    inline-size: auto;
  }
  .card .stars * {
    stroke: none;
  }
  /* Half a star is the half where reading begins. */
  :host(:dir(rtl)) .card .stars {
    transform: scaleX(-1);
  }
  .card .no-star {
    fill: color-mix(in srgb, currentColor 30%, transparent);
  }
  .card .star {
    fill: var(--sidestream-star, color-mix(in srgb, currentColor 35%, #f0a000));
  }
  /* The colours are fixed: a page may be dark without a color-scheme. */
  .card .badge.sale {
    color: var(--sidestream-on-sale, #fff);
    background: var(--sidestream-sale, #b3141c);
  }
  .card .second {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    padding: var(--sidestream-image-padding, 0);
    object-fit: var(--sidestream-image-fit, contain);
    opacity: 0;
  }
  .card .second,
  .card .image {
    transition: opacity 0.3s, transform 0.3s cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  .card:is(:hover, :has(:focus-visible)) .second.loaded {
    opacity: 1;
    transform: scale(1.045);
  }
  /* A picture with transparent parts would let the first one through. */
  .card:is(:hover, :has(:focus-visible)) .media:has(.loaded) .image {
    opacity: 0;
  }
  .card .add {
    position: absolute;
    z-index: 1;
    inset-block-end: 0;
    inset-inline: 0;
    block-size: 2.5rem;
    padding: 0 0.5rem;
    font: inherit;
    font-size: 0.875em;
    font-weight: 600;
    line-height: 1.15;
    color: inherit;
    background: none;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    cursor: pointer;
    transition: border-color 0.15s;
  }
  /* In a list without reasons, right below the price: their space is left at the end of the cards. */
  :host(:not([layout='bundle'])) .list:not(:has(.reason:not(:empty), .options)) .card .add {
    position: relative;
    inset: auto;
    grid-area: 5 / 1;
    margin-block-start: 0.75rem;
  }
  :is(.media, .body) {
    grid-column: 1;
  }
  .card .add:is(:hover, [data-added]) {
    border-color: currentColor;
  }
  @media (forced-colors: active) {
    .card .star {
      fill: CanvasText;
    }
    .card .no-star {
      fill: GrayText;
    }
  }
`;
