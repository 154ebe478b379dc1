/** Consent tools that are known. */
export const TOOLS = ['shopify', 'tcf', 'google'] as const;
export type ToolName = (typeof TOOLS)[number];

/**
 * What a tool says now: the shopper's answer, or `pending` while there is none. `not-required` allows without an answer, where
 * the law of the shopper's region asks for none.
 */
export type ToolLevel = 'granted' | 'not-required' | 'denied' | 'pending';

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
  /** Called with everything that the tool says, also where it says the same again: a refusal counts each time. */
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
