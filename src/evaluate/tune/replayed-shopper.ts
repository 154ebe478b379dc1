import * as v from 'valibot';
import { TUNED_TERMS } from '../../catalog';
import { SidestreamError } from '../../error';
import type { ReplayedShopper } from './choose-settings';

const ranks = v.array(v.pipe(v.number(), v.integer(), v.minValue(1)));
const schema = v.array(
  v.object({
    alone: ranks,
    bySettings: v.array(v.object({ ranks, learned: v.record(v.picklist(TUNED_TERMS), v.number()) })),
  }),
);

/** Shoppers that another process has replayed. @throws SidestreamError `runtime/invalid-input` when it is something else */
export function parseReplayed(data: unknown): ReplayedShopper[] {
  const parsed = v.safeParse(schema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new SidestreamError(
    'runtime/invalid-input',
    `Replayed shoppers cannot be used: ${v.getDotPath(issue) ?? 'they'}: ${issue.message}. Start again.`,
  );
}
