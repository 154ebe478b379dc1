import { svg, type TemplateResult } from 'lit';

/** The shop's line icons, drawn on 24 units. */
const PATHS = {
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Zm4.8-1.7L20 20',
  basket: 'M4 9h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8L4 9Zm4 0 3-5m5 5-3-5',
  plus: 'M12 5v14M5 12h14',
  ladder: 'M8 3v18m8-18v18M8 7h8M8 12h8M8 17h8',
  close: 'm6 6 12 12M18 6 6 18',
  picture:
    'M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5v-11Zm0 9.5 4.5-4.5L13 16l2.5-2.5L20 18M15.5 9.5h.01',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6v-9Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
} as const;

export function icon(name: keyof typeof PATHS): TemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
