import * as v from 'valibot';
import { itemSchema } from '../catalog';
import { eventSchema } from '../events';
import { countsSchema } from '../experiment';

/** What a worker gives the one that takes its place, over the page. */
export const keptSchema = v.object({
  /** What was kept in memory only; null where the device has it, or the shopper denied. */
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
  /** What was counted and nobody has asked for yet. */
  counts: countsSchema,
});
export type Kept = v.InferOutput<typeof keptSchema>;
