import { ScriptNetworkKernel } from '../kernel/network';
import { fusedTrainer } from '../learner/ladder/fused/fused-trainer';
import type { MakeTrainer } from '../learner/ladder/ladder-trainer';
import { tfjsTrainer } from '../learner/ladder/tfjs-trainer';
import { useBackend } from './backends';

/** Every trainer of the ladders' experts that runs in Node, and how it is started. */
export const TRAINERS: Record<string, () => Promise<MakeTrainer>> = {
  'tfjs on cpu': async () => {
    await useBackend('cpu');
    return tfjsTrainer;
  },
  'tfjs on wasm': async () => {
    await useBackend('wasm');
    return tfjsTrainer;
  },
  fused: async () => fusedTrainer(),
  'fused in JavaScript': async () => fusedTrainer(() => new ScriptNetworkKernel()),
};
