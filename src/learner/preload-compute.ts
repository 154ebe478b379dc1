let loading: Promise<void> | null = null;

/**
 * Loads the code that trains experts and runs a base model, and its compute backend, once. It comes over the network: who
 * holds up others while they use the learner calls this before.
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
  const [{ chooseBackend }] = await Promise.all([
    import('./backend'),
    import('./experts/experts'),
    import('../base-model/base-model'),
  ]);
  await chooseBackend();
}
