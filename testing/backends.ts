import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { env, memory, setBackend } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** The backends that run in Node. */
export const BACKENDS = ['cpu', 'wasm'] as const;

export async function useBackend(name: (typeof BACKENDS)[number]): Promise<void> {
  // Without this, tfjs advertises its native build on every start in Node.
  env().set('PROD', true);
  expect(await setBackend(name)).toBe(true);
}

/** Runs f and checks that it left `kept` tensors behind, no more and no fewer. */
export async function countingTensors<T>(f: () => T | Promise<T>, kept = 0): Promise<T> {
  const before = memory().numTensors;
  const result = await f();
  expect(memory().numTensors - before).toBe(kept);
  return result;
}
