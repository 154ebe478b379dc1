import { SidestreamError } from '../../error';
import type { ConsentAnswer, Refusal } from '../protocol';
import type { ConsentState } from './consent-state';
import type { EngineOptions } from './engine-options';
import type { TabMessage, Tabs } from './tabs';

/** Receives changes of the storage by other tabs and pages. */
export interface StorageListener {
  onError(error: SidestreamError): void;
  /** The log has grown in another tab. */
  onEvents(): void;
  /** Another tab saved or replaced the profile, which must be read again. */
  onProfile(): void;
  /** The tab that trained and saved is gone; this tab leads from now on. */
  onLead(): void;
  /** Another tab withdrew consent or deleted the database: all stored data is gone. */
  onErased(): void;
  /** The shopper granted consent in another tab. */
  onGranted(): void;
  /** Newer code, or a page with another key, took the database over; this tab continues in memory. */
  onTakenOver(): void;
}

/** The storage of this tab, which messages of other tabs are about. */
export interface SharedStorage {
  readonly options: Pick<EngineOptions, 'bundle' | 'namespace'>;
  readonly consent: ConsentState;
  readonly tabs: Tabs;
  inMemory(): boolean;
  erase(consent: Refusal): void;
  deleteDevice(): Promise<void>;
  listener(): StorageListener | null;
}

/** Maximum time that a tab whose database was deleted waits for the answer of the deleting tab, ms. */
const ANSWER_LIMIT = 1000;

/** Follows the messages of the shop's other tabs: changes of the store, answers about consent, and the bundle that they use. */
export class OtherTabs {
  readonly #storage: SharedStorage;
  /** Pending while the database is gone and the deleting tab's answer is unknown. */
  #answer: Promise<void> = Promise.resolve();
  #endWait: () => void = () => undefined;
  /** Whether it was reported that another tab uses another bundle. */
  #otherBundle = false;

  constructor(storage: SharedStorage) {
    this.#storage = storage;
  }

  /** Resolves when the consent is known. */
  known(): Promise<void> {
    return this.#answer;
  }

  /** The consent is known. */
  endWait(): void {
    this.#endWait();
  }

  /** The database is gone, and the deleting tab's answer may arrive later: do not report a consent until then. */
  awaitAnswer(): void {
    this.#endWait();
    this.#answer = new Promise((resolve) => {
      const timer = setTimeout(resolve, ANSWER_LIMIT);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#storage.tabs.post('answer?');
  }

  receive(message: TabMessage): void {
    const { consent, tabs } = this.#storage;
    const listener = this.#storage.listener();
    if (message === 'events') listener?.onEvents();
    else if (message === 'replaced') listener?.onProfile();
    else if (message === 'answer?') {
      // A grant would create the database again.
      if (consent.answered && consent.last.consent !== 'granted') tabs.post(consent.last);
    } else if (message === 'profile') {
      if (!tabs.leading) listener?.onProfile();
    } else if ('bundle' in message) this.#onBundle(message.bundle, message.isReply);
    else this.#onAnswer(message);
  }

  /** Another tab uses the database. @param isReply whether this tab was there first */
  #onBundle(bundle: string, isReply: boolean): void {
    const { options, tabs } = this.#storage;
    if (this.#storage.inMemory() || bundle === options.bundle) return;
    if (!isReply) tabs.post({ bundle: options.bundle, isReply: true });
    if (this.#otherBundle) return;
    this.#otherBundle = true;
    this.#storage
      .listener()
      ?.onError(
        new SidestreamError(
          'runtime/other-bundle',
          `Another tab uses the bundle ${bundle} in the namespace "${options.namespace}" of ${options.bundle}. They share one profile, and neither learns from choices of products that it lacks. Give shops with different products separate namespaces; after a move of the bundle, reload the older tab.`,
        ),
      );
  }

  #onAnswer(answer: ConsentAnswer): void {
    const { consent, tabs } = this.#storage;
    const accepted = consent.accept(answer);
    if (!accepted) return;
    if (answer.consent === 'granted') {
      if (consent.level !== 'granted') this.#storage.listener()?.onGranted();
      return;
    }
    this.#endWait();
    // Even if the consent is already the same: an earlier grant may be in progress.
    this.#storage.erase(answer.consent);
    this.#storage.listener()?.onErased();
    if (accepted !== 'overruled') return;
    // Tabs that know the later grant must be told, and data written since by that grant must be deleted.
    tabs.post(consent.last);
    this.#storage.deleteDevice().catch((thrown) => this.#storage.listener()?.onError(SidestreamError.from(thrown)));
  }
}
