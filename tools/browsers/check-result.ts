import * as v from 'valibot';

/** What a page found out about the browser it ran in; durations in milliseconds. */
export const checkResultSchema = v.object({
  userAgent: v.string(),
  /** Whether WebGPU is there with an adapter. */
  webgpu: v.boolean(),
  /** From navigation to the first card. */
  firstList: v.number(),
  /** Of the taps on a card until the list that knows of it, the median. */
  refreshed: v.number(),
  /** Where the list came from after four choices. */
  source: v.string(),
  /** Backend of the encoders. */
  encoders: v.nullable(v.string()),
  /** Adding a product, encoders loaded for it. */
  added: v.number(),
  /** Whether the profile came back after closing, with encryption at rest and without. */
  kept: v.boolean(),
  keptEncrypted: v.boolean(),
  /** Whether a profile went through a file under a passphrase. */
  moved: v.boolean(),
  /** Databases of ours that were left after `forget()`; null where the browser does not list them. */
  left: v.nullable(v.number()),
  /** The step that failed, and why; null when none did. */
  failure: v.nullable(v.string()),
});

export type CheckResult = v.InferOutput<typeof checkResultSchema>;
