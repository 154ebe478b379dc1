import * as v from 'valibot';
import { itemSchema } from '../catalog';
import { eventSchema } from '../events';
import { countsSchema } from '../experiment';

/** Data that a worker hands over, through the page, to the one that takes its place. */
export const keptSchema = v.object({
  /** Data in memory only; null where the device has them, or the shopper denied consent. */
  memory: v.nullable(
    v.object({
      /** As a file. */
      profile: v.custom<Uint8Array>((value) => value instanceof Uint8Array),
      events: v.array(eventSchema),
      items: v.array(
        v.object({
          item: itemSchema,
          encoders: v.string(),
          values: v.custom<Int8Array>((value) => value instanceof Int8Array),
          scales: v.custom<Float32Array>((value) => value instanceof Float32Array),
        }),
      ),
    }),
  ),
  /** Counts that were not taken yet. */
  counts: countsSchema,
});
export type Kept = v.InferOutput<typeof keptSchema>;
