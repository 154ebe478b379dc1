/** Waits until the event loop has run what waits: progress is drawn, and signals and messages are handled. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
