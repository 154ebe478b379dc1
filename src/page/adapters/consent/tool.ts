/** The known consent tools. */
export const TOOLS = ['shopify', 'tcf', 'google', 'wordpress'] as const;
export type ToolName = (typeof TOOLS)[number];

/**
 * The present state of a tool: the shopper's answer, or `pending` before one. `not-required` allows storage without an answer,
 * where the law of the shopper's region does not require one.
 */
export type ToolLevel = 'granted' | 'not-required' | 'denied' | 'pending';

export interface ToolSettings {
  type: string;
  region: string;
  dataLayer: string | unknown[];
  purposes: readonly number[];
}

/** The receiver of a tool's reports. Its methods never throw. */
export interface ToolListener {
  /** The tool is on this page. */
  found(): void;
  /** Called with every answer of the tool, repeated ones included: a refusal counts each time. */
  level(level: ToolLevel): void;
  /** Its answer cannot be read. */
  ignored(message: string, payload: unknown): void;
  /** It threw. */
  failed(thrown: unknown): void;
}

export interface Tool {
  /** Looks for a tool that loads late; called repeatedly for a while. Absent if there is nothing to look for. */
  seek?(): void;
  disconnect(): void;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
