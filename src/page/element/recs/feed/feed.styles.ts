import { css } from 'lit';

export const feedStyles = css`
  .edge:focus-visible {
    outline: none;
  }
  .more {
    display: grid;
    place-items: center;
    margin: 1.5rem 0 0;
  }
  .more .retry {
    min-block-size: 2.75rem;
    padding-inline: 1.5rem;
  }
  .more [aria-disabled='true'] {
    opacity: 0.5;
    cursor: default;
  }
`;
