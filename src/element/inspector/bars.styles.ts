import { css } from 'lit';

/** The small charts that the inspector draws itself. */
export const barStyles = css`
  .count {
    font-weight: 400;
    color: var(--_muted);
  }
  svg {
    display: block;
    inline-size: 100%;
    block-size: auto;
  }
  rect.expert {
    fill: var(--_accent);
  }
  rect.mark {
    fill: currentColor;
  }
  rect.range {
    fill: var(--_accent);
    opacity: 0.25;
  }
  rect.negative {
    fill: var(--_backbone);
  }
  rect.track {
    fill: var(--_tile);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    margin: 0.75rem 0 0;
    font-size: 0.8125rem;
    color: var(--_muted);
  }
  .legend span::before {
    content: '';
    display: inline-block;
    inline-size: 0.625rem;
    block-size: 0.625rem;
    margin-inline-end: 0.375rem;
    border-radius: 2px;
    background: var(--_backbone);
  }
  .legend .expert::before {
    background: var(--_accent);
  }
`;
