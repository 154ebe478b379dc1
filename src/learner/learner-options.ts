import type { Backend } from './backend';

export interface LearnerOptions {
  seed: number;
  /** tfjs backend; chosen by probing when absent. */
  backend?: Backend;
  /** False: nothing but the weights of the terms is learned. Default true. */
  experts?: boolean;
}
