import { css } from 'lit';
import { hostStyles, pictureStyles, scriptStyles, unseenStyles, waitStyles } from '../shared.styles';

/** The field, its list of results and their states. */
const ownStyles = css`
  :host {
    --_text: var(--sidestream-on-surface, CanvasText);
    --_rim: color-mix(in srgb, currentColor 16%, transparent);
    position: relative;
    display: block;
  }
  .input {
    display: block;
    inline-size: 100%;
    min-block-size: 2.75rem;
    margin: 0;
    padding: var(--sidestream-field-padding, 0.375rem 1rem);
    font: inherit;
    /* Smaller letters make phones zoom in. */
    font-size: max(1em, 16px);
    color: inherit;
    background: var(--sidestream-field, transparent);
    border: var(--sidestream-field-border, 1px solid color-mix(in srgb, currentColor 45%, transparent));
    border-radius: var(--sidestream-field-radius, 99rem);
    appearance: none;
  }
  .input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  .input:focus-visible {
    outline-offset: 1px;
  }
  .input::-webkit-search-cancel-button {
    cursor: pointer;
  }
  .input:has(+ .photo) {
    padding-inline-end: 3.25rem;
  }
  .photo {
    position: absolute;
    inset-block-start: 0;
    inset-inline-end: 0.25rem;
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    padding: 0;
    color: var(--_muted);
    background: none;
    border: 0;
    border-radius: 99rem;
    cursor: pointer;
  }
  .photo:hover {
    color: inherit;
  }
  .photo:focus-visible {
    outline-offset: -3px;
  }
  .file {
    display: none;
  }
  .popup {
    position: absolute;
    z-index: var(--sidestream-find-layer, 20);
    inset-block-start: calc(100% + 0.375rem);
    inset-inline-start: 0;
    inline-size: max(100%, 20rem);
    display: flex;
    flex-direction: column;
    max-block-size: min(32rem, 70vh);
    overflow: hidden;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_rim);
    border-radius: var(--_radius);
    box-shadow: 0 0.75rem 2rem rgb(0 0 0 / 0.18);
  }
  .popup[hidden] {
    display: none;
  }
  .list {
    padding: 0.375rem;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .option {
    display: grid;
    grid: auto / 3.5rem minmax(0, 1fr);
    gap: 0.75rem;
    align-items: center;
    min-block-size: 4.25rem;
    padding: 0.375rem;
    color: inherit;
    text-decoration: none;
    border-radius: calc(var(--_radius) - 0.25rem);
    cursor: pointer;
  }
  .own {
    display: block;
  }
  .option:hover {
    background: var(--_tile);
  }
  .option[aria-selected='true'] {
    background: var(--_tile);
    outline: 2px solid var(--_accent);
    outline-offset: -2px;
  }
  .media {
    border: 1px solid var(--_rim);
    border-radius: calc(var(--_radius) - 0.375rem);
  }
  .texts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.75rem;
    line-height: var(--_leading);
  }
  .title {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    flex-basis: 100%;
    overflow: hidden;
    font-weight: 550;
    text-align: start;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  :host(:dir(rtl)) .title {
    text-align: right;
  }
  .price {
    font-variant-numeric: tabular-nums;
  }
  .sold {
    color: var(--_muted);
  }
  .note,
  .message {
    margin: 0;
    padding: 0.75rem 0.875rem;
    line-height: var(--_leading);
    overflow-wrap: anywhere;
  }
  .note {
    padding-block-end: 0.25rem;
    font-size: 0.875em;
    color: color-mix(in srgb, currentColor 74%, transparent);
  }
  .retry {
    min-block-size: 2.25rem;
    margin-inline-start: 0.5rem;
    padding: 0.125rem 0.875rem;
    font: inherit;
    color: inherit;
    background: none;
    border: 1px solid color-mix(in srgb, currentColor 40%, transparent);
    border-radius: 99rem;
    cursor: pointer;
  }
  .skeleton {
    cursor: default;
  }
  .skeleton i {
    flex-basis: 75%;
    block-size: 0.8em;
    background: var(--_tile);
    border-radius: 0.3em;
  }
  .skeleton i + i {
    flex-basis: 30%;
    margin-block-start: 0.5em;
  }
  /* On a phone, as wide as the screen, below the field. */
  @media (max-width: 36rem) {
    .popup {
      position: fixed;
      inset-block-start: var(--_below);
      inset-inline: 0.5rem;
      inline-size: auto;
      max-block-size: calc(100dvh - var(--_below) - 0.5rem);
    }
  }
  @media (forced-colors: active) {
    .option[aria-selected='true'] {
      outline-color: Highlight;
    }
  }
`;

export const findStyles = [hostStyles, pictureStyles, scriptStyles, unseenStyles, waitStyles, ownStyles];
