import { chooseBackend } from '../../../src/learner/backend';
import { type Measured, measure } from './measure';
import type { Sizes } from './network';

declare global {
  interface Window {
    measureTraining(sizes: Sizes, rounds: number): Promise<Measured>;
  }
}

window.measureTraining = async (sizes, rounds) => {
  await chooseBackend('wasm');
  return measure(sizes, rounds);
};
