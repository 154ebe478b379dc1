import { css } from 'lit';

/** Right-to-left text, narrow containers and forced colours; these rules must come last. */
export const mediaStyles = css`
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
