/** Resolves at Ctrl+C or when the system asks the process to end. Call it before telling anybody that you are there. */
export const toldToEnd = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
