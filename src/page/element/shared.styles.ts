import { css } from 'lit';

/*
 * A list adopts these sheets beside the page's own for its template card, so a class named here also names elements of that card: a
 * new name would change the cards of shops.
 */

/** Styles of all elements. Colours derive from the page's own text colour. */
export const hostStyles = css`
  :host {
    --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 74%, transparent));
    --_tile: var(--sidestream-tile, color-mix(in srgb, currentColor 6%, transparent));
    --_accent: var(--sidestream-accent, currentColor);
    --_surface: var(--sidestream-surface, Canvas);
    --_radius: var(--sidestream-radius, 0.875rem);
  }
  :host([hidden]) {
    display: none;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
`;

/** Pictures of products, with their initials behind them. */
export const pictureStyles = css`
  .media {
    position: relative;
    display: grid;
    place-items: center;
    aspect-ratio: var(--sidestream-media-ratio, 1);
    overflow: hidden;
    background: var(--_tile);
    border-radius: var(--_radius);
  }
  .media::before {
    content: attr(data-initial);
    position: absolute;
    font-weight: 600;
    color: var(--_muted);
  }
  .media:has(.image:not([hidden]))::before {
    content: none;
  }
  .image {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    padding: var(--sidestream-image-padding, 0);
    object-fit: var(--sidestream-image-fit, contain);
  }
  /* A photograph without transparency, mostly on white: no grey bars beside it. */
  .image:is([src*='.jpg' i], [src*='.jpeg' i]) {
    background: #fff;
  }
  .image[hidden] {
    display: none;
  }
`;

/** Scripts with taller or denser letters. */
export const scriptStyles = css`
  :host {
    --_leading: 1.4;
  }
  :host(:lang(ar)) {
    --_leading: 1.65;
  }
  :host(:lang(ja)) {
    --_leading: 1.55;
  }
  *,
  ::before {
    box-sizing: border-box;
  }
`;

/** Texts for screen readers only. */
export const unseenStyles = css`
  .sidestream-unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** Outlines of what is loading. */
export const waitStyles = css`
  @media (prefers-reduced-motion: no-preference) {
    .skeleton {
      animation: wait 1.4s ease-in-out infinite alternate;
    }
    @keyframes wait {
      to {
        opacity: 0.5;
      }
    }
  }
`;
