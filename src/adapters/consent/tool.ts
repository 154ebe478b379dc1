/** Consent tools that are known. */
export const TOOLS = ['shopify', 'tcf', 'google'] as const;
export type ToolName = (typeof TOOLS)[number];

/** What a tool says now: the shopper's answer; `pending` while there is none. */
export type ToolLevel = 'granted' | 'denied' | 'pending';

/** Settings of the tools, checked. */
export interface ToolSettings {
  type: string;
  region: string;
  dataLayer: string | unknown[];
  purposes: readonly number[];
}

/** What a tool reports to. None of it throws. */
export interface ToolListener {
  /** The tool is on this page. */
  found(): void;
  /** Called also where the level is the same as before. */
  level(level: ToolLevel): void;
  /** What it said cannot be read. */
  ignored(message: string, payload: unknown): void;
  /** It threw. */
  failed(thrown: unknown): void;
}

/** A connection to one tool. */
export interface Tool {
  /** Looks for a tool that is loaded late; called from time to time for a while. Absent: it need not be sought. */
  seek?(): void;
  disconnect(): void;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
