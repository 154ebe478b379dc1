import { css } from 'lit';

export const rowsStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    row-gap: var(--sidestream-rows-gap, 2.5rem);
  }
  :host([hidden]) {
    display: none;
  }
  /* Overrides the display that a page gives its rows, so that an element without rows leaves no gap. */
  :host([state='hidden']) {
    display: none !important;
  }
  /* About the height of a row of cards: what follows should not move far. */
  :host([state='loading']) {
    min-block-size: 24rem;
  }
`;
