import type { Part, ProtocolRun } from '../../evaluate';
import type { EvaluateInput, PastFile } from './input';

/** A protocol, in steps that may run in several processes. */
export interface Protocol {
  /**
   * Parts in which a seed is evaluated.
   * @param share number of parts that divides the processes evenly; 1 if a process has the seed to itself
   */
  parts(input: EvaluateInput, share: number): number;
  /** @throws SidestreamError `runtime/invalid-input` if there is nothing to evaluate, or if a method is unknown */
  check(input: EvaluateInput): void;
  /** Files that the evaluation of this seed reads. */
  pastFiles(input: EvaluateInput): Promise<PastFile[]>;
  /**
   * Evaluates a part of the shoppers or of the methods; the files of the past already exist.
   * @returns a text for `report`
   */
  measure(input: EvaluateInput, part: Part): Promise<string>;
  /** @param parts texts of all parts, in order: the result does not depend on how many there are */
  report(input: EvaluateInput, parts: readonly string[]): Promise<ProtocolRun>;
}
