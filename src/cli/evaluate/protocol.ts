import type { Part, ProtocolRun } from '../../evaluate';
import type { EvaluateInput, PastFile } from './input';

/** A protocol, in steps that may run in several processes. */
export interface Protocol {
  /** Whether a seed can be evaluated in parts. */
  divisible: boolean;
  /** @throws SidestreamError `runtime/invalid-input` when there is nothing to evaluate, or a method that is unknown */
  check(input: EvaluateInput): void;
  /** Files that the evaluation of this seed reads. */
  pastFiles(input: EvaluateInput): Promise<PastFile[]>;
  /**
   * Evaluates a part of the shoppers; the files of the past are there.
   * @returns a text for `report`
   */
  measure(input: EvaluateInput, part: Part): Promise<string>;
  /** @param parts texts of all parts, in order: the result does not depend on how many there are */
  report(input: EvaluateInput, parts: readonly string[]): Promise<ProtocolRun>;
}
