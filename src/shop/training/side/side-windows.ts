import type { SideWindow } from './side-network';

/** Experts of each part with their use. */
export const expertsText = (experts: Readonly<Record<string, readonly number[] | undefined>>): string =>
  Object.entries(experts)
    .map(([input, shares]) => `${input} ${(shares ?? []).map((value) => `${Math.round(100 * value)} %`).join(' / ')}`)
    .join(', ');

/**
 * Seconds saved by continuing in the last window, compared with training on all choices at the rate of the first window; null if
 * there is only one window.
 */
export function savedSeconds(windows: readonly SideWindow[]): number | null {
  const [first] = windows;
  const last = windows[windows.length - 1];
  if (windows.length < 2 || first.choices === 0) return null;
  const all = windows.reduce((sum, { choices }) => sum + choices, 0);
  return Math.round((first.seconds / first.choices) * all - last.seconds);
}
