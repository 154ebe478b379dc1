import { setBackend } from '@tensorflow/tfjs-core';
import { loadKernel } from '../../../src/core/kernel';
import { SidestreamError } from '../../../src/error';

/** @throws SidestreamError `runtime/unexpected` if the backend, whose package must be loaded, cannot be started */
export async function startBackend(backend: string): Promise<void> {
  const started = await setBackend(backend).catch((cause: unknown) => cause);
  if (started !== true)
    throw new SidestreamError('runtime/unexpected', `The ${backend} backend could not be started (${started}).`);
  await loadKernel();
}
