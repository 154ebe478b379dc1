import type { EngineListener, EngineOptions } from './engine-options';
import type { ExperimentAssignment } from './experiment-assignment';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileSession } from './profile-session';
import type { ProfileStorage } from './profile-storage';
import type { TaskQueue } from './task-queue';

/** Objects shared by the parts of the engine. */
export interface EngineContext {
  options: EngineOptions;
  listener: EngineListener;
  catalog: LoadedCatalog;
  storage: ProfileStorage;
  session: ProfileSession;
  experiment: ExperimentAssignment;
  tasks: TaskQueue;
  changes: ListChanges;
}

/** Announces that lists are different from now on. The part that changes them does not know its subscribers. */
export class ListChanges {
  readonly #subscribers: (() => void)[] = [];

  /** Subscribers are called in the order in which they subscribed. */
  subscribe(onChange: () => void): void {
    this.#subscribers.push(onChange);
  }

  announce(): void {
    for (const onChange of this.#subscribers) onChange();
  }
}
