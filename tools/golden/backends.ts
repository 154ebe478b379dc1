import '@tensorflow/tfjs-backend-cpu';
import { startBackend } from '../../src/shop/training';
import { startTfjs } from '../../src/shop/training/node';

/** Where the numbers are computed: in plain JavaScript, and as the product does. */
export const BACKENDS = ['cpu', 'wasm'] as const;
export type Backend = (typeof BACKENDS)[number];

/** Makes a backend the one that computes. @throws SidestreamError `runtime/unexpected` if it cannot be started */
export const useBackend = (name: Backend): Promise<void> => (name === 'wasm' ? startTfjs() : startBackend(name));
