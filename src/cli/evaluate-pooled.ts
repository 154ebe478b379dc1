import { SidestreamError } from '../error';
import type { ProtocolRun } from '../evaluate';
import type { EvaluateInput } from './evaluate-input';

/** @throws SidestreamError `runtime/invalid-input` always */
export async function runPooled({ seed }: EvaluateInput): Promise<ProtocolRun> {
  throw new SidestreamError(
    'runtime/invalid-input',
    `The protocol pooled (seed ${seed}) cannot be run; choose another one.`,
  );
}
