import { css } from 'lit';

/** The small charts that the inspector draws itself. */
export const barStyles = css`
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
`;
