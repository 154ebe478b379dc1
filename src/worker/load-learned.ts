import type { SchedulerContext } from './learning-scheduler';

/** What is needed to hear what the shop's logs taught. */
export type LoadLearnedContext = Pick<SchedulerContext, 'catalogue' | 'session' | 'chores' | 'listener' | 'changed'>;

/**
 * Loads the companions and the base model of a bundle, one after the other. The first list does not wait for them: what
 * the other terms say comes first.
 */
export function loadLearned({ catalogue, session, chores, listener, changed }: LoadLearnedContext): void {
  const { bundle } = catalogue;
  const { companions, base, clusters } = bundle.manifest;
  const onProgress = (loaded: number, total: number): void => listener.progress({ stage: 'bundle', loaded, total });
  // Rows of companions are those of the whole catalogue.
  if (companions && !clusters) {
    chores.queue(async () => {
      const table = await bundle.companions(onProgress);
      if (!table) return;
      catalogue.setCompanions(table);
      changed();
    });
  }
  if (base) {
    chores.queue(async () => {
      const file = await bundle.base(onProgress);
      if (!file) return;
      await session.useBase(new Uint8Array(file.bytes));
      changed();
    });
  }
}
