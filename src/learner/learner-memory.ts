/** Tensors that the learner's tfjs holds in this thread, and bytes in them. Loads tfjs where it is not there yet. */
export async function learnerMemory(): Promise<{ tensors: number; bytes: number }> {
  const { tensorsInUse } = await import('./backend');
  return tensorsInUse();
}
