// tfjs is loaded by these functions and not before.

let loading: Promise<void> | null = null;

/**
 * Loads the code that runs a base model, and its compute backend, once. It comes over the network, so
 * a caller that holds up others while it uses the learner calls this first.
 * @throws what loading throws; the next call tries again
 */
export function preloadCompute(): Promise<void> {
  loading ??= load().catch((thrown) => {
    loading = null;
    throw thrown;
  });
  return loading;
}

async function load(): Promise<void> {
  const [{ chooseBackend }] = await Promise.all([import('./backend'), import('../base-model/base-model')]);
  await chooseBackend();
}

/** Tensors that tfjs holds in this thread, and their size in bytes. Loads tfjs where it is not loaded yet. */
export async function learnerMemory(): Promise<{ tensors: number; bytes: number }> {
  const { tensorsInUse } = await import('./backend');
  return tensorsInUse();
}
