import type { SchedulerContext } from './learning-scheduler';

/** What is needed to hear what the shop's logs taught. */
export type LoadLearnedContext = Pick<SchedulerContext, 'catalog' | 'session' | 'tasks' | 'listener' | 'changed'>;

/**
 * Loads the companions and the base model of a bundle, one after the other. The first list does not wait for them: what
 * the other terms say comes first.
 */
export function loadLearned({ catalog, session, tasks, listener, changed }: LoadLearnedContext): void {
  const { bundle } = catalog;
  const { companions, base, clusters } = bundle.manifest;
  const onProgress = (loaded: number, total: number): void => listener.progress({ stage: 'bundle', loaded, total });
  // Rows of companions are those of the whole catalogue.
  if (companions && !clusters) {
    tasks.queue(async () => {
      const table = await bundle.cooccurrence(onProgress);
      if (!table) return;
      catalog.setCooccurrence(table);
      changed();
    });
  }
  if (base) {
    tasks.queue(async () => {
      const file = await bundle.base(onProgress);
      if (!file) return;
      await session.useBase(new Uint8Array(file.bytes));
      changed();
    });
  }
}
