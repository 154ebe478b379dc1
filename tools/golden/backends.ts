import '@tensorflow/tfjs-backend-cpu';
import { startTfjs } from '../../packages/cli/training';
import { startBackend } from '../../packages/shop/training';

/** Where the numbers are computed: in plain JavaScript, and as the product does. */
export const BACKENDS = ['cpu', 'wasm'] as const;
export type Backend = (typeof BACKENDS)[number];

/** Makes a backend the one that computes. @throws SidestreamError `runtime/unexpected` if it cannot be started */
export const useBackend = (name: Backend): Promise<void> => (name === 'wasm' ? startTfjs() : startBackend(name));
