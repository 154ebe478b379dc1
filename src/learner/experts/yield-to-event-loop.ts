/** Lets timers, messages and paints of this thread have their turn. */
export const otherWork = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
