import type { IDBPDatabase } from 'idb';
import { SidestreamError } from '../../error';
import { type Closing, type Layout, openDatabase } from './database';
import { deleteDeviceStore, storeError, WITHDRAWN } from './device-presence';

/** The connection of a store to its database: opened when it is needed, and once more when the browser closed it. */
export class DatabaseConnection {
  readonly #namespace: string;
  #opening: Promise<IDBPDatabase<Layout>> | null = null;
  /** Whether a missing database may be created: never again once this connection has opened its own. */
  #mayCreate: boolean;
  #created = false;
  /** Set for good by `close`, by a deletion and by newer code. */
  #closed: SidestreamError | null = null;
  /** Called once when the database is lost: it was deleted, or newer code took it over. */
  onLost: ((why: Exclude<Closing, 'lost'>) => void) | undefined;

  constructor(namespace: string, mayCreate: boolean) {
    this.#namespace = namespace;
    this.#mayCreate = mayCreate;
  }

  get created(): boolean {
    return this.#created;
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** Runs work on the database; reopens it once if the browser closed the connection meanwhile. */
  async run<T>(work: (database: IDBPDatabase<Layout>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw this.#closed;
      try {
        return await work(await this.#connect());
      } catch (thrown) {
        if (this.#closed) throw this.#closed;
        const disconnected = thrown instanceof DOMException && thrown.name === 'InvalidStateError';
        if (disconnected) this.#opening = null;
        if (!disconnected || attempt > 1) throw storeError(thrown);
      }
    }
  }

  #connect(): Promise<IDBPDatabase<Layout>> {
    this.#opening ??= this.#openOnce().catch((thrown) => {
      this.#opening = null;
      throw thrown;
    });
    return this.#opening;
  }

  async #openOnce(): Promise<IDBPDatabase<Layout>> {
    const opened = await openDatabase(this.#namespace, this.#mayCreate, (why) => this.#lose(why));
    if (opened === null || (await this.#isWithdrawn(opened.database))) {
      this.#lose('deleted');
      throw this.#closed;
    }
    this.#mayCreate = false;
    this.#created ||= opened.created;
    return opened.database;
  }

  /**
   * Whether the shopper withdrew consent, and the browser ended before it could delete the emptied database. The database
   * is then deleted, unless this store may create one because the shopper consented again.
   */
  async #isWithdrawn(database: IDBPDatabase<Layout>): Promise<boolean> {
    if ((await database.get('profile', WITHDRAWN)) === undefined) return false;
    if (this.#mayCreate) {
      await database.delete('profile', WITHDRAWN);
      this.#created = true;
      return false;
    }
    database.close();
    // If another page blocks the deletion, the mark stays.
    await deleteDeviceStore(this.#namespace).catch(() => undefined);
    return true;
  }

  #lose(why: Closing): void {
    this.#opening = null;
    if (why === 'lost' || this.#closed) return;
    this.#closed =
      why === 'deleted'
        ? new SidestreamError('store/forgotten', 'Another tab deleted the profile.')
        : new SidestreamError('store/newer-schema', 'Newer code took over the profile. Reload the page to get it.');
    this.onLost?.(why);
  }

  /** Closes the connection for good. @param why error of every further call; the first one given counts */
  close(why = new SidestreamError('runtime/closed', 'This store is closed. Open it again.')): void {
    this.#closed ??= why;
    const opening = this.#opening;
    this.#opening = null;
    opening?.then(
      (database) => database.close(),
      () => undefined,
    );
  }
}
