import type { SideWindowOptions } from '../../../core/model/side';

/** How a side model continues from window to window. */
export interface WindowMethod {
  /** Experts of each part in the first window. */
  experts: number;
  /** Whether each window starts from fresh weights and also learns from all earlier windows. */
  restarts: boolean;
  /** Whether every window after the first adds an expert to each part, and how; null: none is added or pruned. */
  grows: SideWindowOptions | null;
  /** Whether the experts of earlier windows are frozen. */
  freezes: boolean;
}

const CONTINUED: WindowMethod = { experts: 1, restarts: false, grows: null, freezes: false };
/** Number of experts in methods with a fixed number. */
const FIXED_EXPERTS = 4;

export const WINDOW_METHODS = {
  /** As `sidestream train --continue` does it. */
  windows: { ...CONTINUED, grows: {}, freezes: true },
  /** Retrained on everything. */
  scratch: { ...CONTINUED, restarts: true },
  /** One expert, always trained on the newest window. */
  static: CONTINUED,
  /** Several experts from the start, all always trained. */
  'static-n': { ...CONTINUED, experts: FIXED_EXPERTS },
  /** New experts, and nothing frozen. */
  'full-side-network': { ...CONTINUED, grows: {} },
} as const satisfies Record<string, WindowMethod>;

export type WindowMethodName = keyof typeof WINDOW_METHODS;
