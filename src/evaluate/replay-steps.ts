import * as v from 'valibot';
import { SidestreamError } from '../error';
import type { ReplayResult } from './gradient-map';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sums = v.custom<Float64Array>((data) => data instanceof Float64Array);
const floats = v.custom<Float32Array>((data) => data instanceof Float32Array);

/** A step of a replay, as it comes from another process. */
export const replayStepSchema = v.strictObject({
  from: count,
  to: count,
  map: v.optional(
    v.object({
      blocks: v.array(v.object({ name: v.string(), width: count })),
      eigenvalues: floats,
      eigenvectors: floats,
    }),
  ),
});

const resultSchema = v.object({
  ranks: v.array(v.array(v.number())),
  lifted: v.array(v.object({ isNew: v.boolean(), chosen: v.number(), ranks: v.array(v.number()) })),
  moments: v.nullable(
    v.object({ width: count, choices: count, samples: count, cross: sums, before: sums, expected: sums }),
  ),
});

/** What another process found in a step. @throws SidestreamError `runtime/invalid-input` when it is something else */
export function parseReplayResult(data: unknown): ReplayResult {
  const parsed = v.safeParse(resultSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new SidestreamError(
    'runtime/invalid-input',
    `A step of the replay cannot be used: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}. Start again.`,
  );
}
