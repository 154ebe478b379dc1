import type { Part, ProtocolRun } from '../../evaluate';
import type { EvaluateInput, PastFile } from './input';

/** A protocol, in steps that may run in several processes. */
export interface Protocol {
  /**
   * Parts that a seed is evaluated in.
   * @param share parts among which the processes can be divided evenly; 1 where a process has the seed for itself
   */
  parts(input: EvaluateInput, share: number): number;
  /** @throws SidestreamError `runtime/invalid-input` when there is nothing to evaluate, or a method that is unknown */
  check(input: EvaluateInput): void;
  /** Files that the evaluation of this seed reads. */
  pastFiles(input: EvaluateInput): Promise<PastFile[]>;
  /**
   * Evaluates a part of the shoppers, or of the methods; the files of the past are there.
   * @returns a text for `report`
   */
  measure(input: EvaluateInput, part: Part): Promise<string>;
  /** @param parts texts of all parts, in order: the result does not depend on how many there are */
  report(input: EvaluateInput, parts: readonly string[]): Promise<ProtocolRun>;
}
