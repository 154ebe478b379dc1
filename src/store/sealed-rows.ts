import * as v from 'valibot';
import { eventSchema, type LoggedEvent, type NewEvent } from '../learner';
import type { SealedRow, SnapshotRow } from './layout';
import { decodeLocalItem, encodeLocalItem } from './local-item-file';
import type { RestCipher } from './rest-cipher';
import type { LocalItem, Snapshot } from './store';

const sealedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const sealedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const aboutSchema = v.object({ time: v.number(), choices: count, windows: count });

/** Turns what is kept into rows of the database and back: encrypted where the shop asked for it. */
export class SealedRows {
  readonly #ciphers: readonly RestCipher[];
  readonly #sealing: boolean;

  /**
   * @param ciphers what was sealed opens with one of them; none where nothing ever was
   * @param sealing whether what is written from now on is sealed, with the first
   */
  constructor(ciphers: readonly RestCipher[], sealing: boolean) {
    this.#ciphers = ciphers;
    this.#sealing = sealing;
  }

  async event(event: NewEvent): Promise<NewEvent | SealedRow> {
    return (await this.#sealed(event)) ?? { ...event };
  }

  /** Null for a row that this code cannot read (older or damaged): no reason to lose the rest. */
  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const sealed = v.safeParse(v.looseObject({ id: v.number(), sealed: v.instance(Uint8Array) }), row);
    let plain = row;
    if (sealed.success) {
      const content = v.safeParse(v.looseObject({}), await this.#content(sealed.output));
      if (!content.success) return null;
      plain = { ...content.output, id: sealed.output.id };
    }
    const event = v.safeParse(eventSchema, plain);
    return event.success ? event.output : null;
  }

  async snapshot({ lastEvent, ...about }: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    const sealed = await this.#sealed(about);
    return sealed ? { ...sealed, lastEvent } : { ...about, lastEvent };
  }

  /** Null for one that cannot be read. */
  async readSnapshot(row: SnapshotRow & { id?: number }): Promise<Snapshot | null> {
    const about = v.safeParse(aboutSchema, 'sealed' in row ? await this.#content(row) : row);
    return about.success ? { ...about.output, id: row.id ?? 0, lastEvent: row.lastEvent } : null;
  }

  /** @returns null where items are kept as they are */
  async item(item: LocalItem): Promise<SealedRow | null> {
    const cipher = this.#sealing ? this.#ciphers[0] : null;
    return cipher ? { sealed: await cipher.seal(encodeLocalItem(item)) } : null;
  }

  /** Null for one that cannot be read. */
  async readItem({ sealed }: SealedRow): Promise<LocalItem | null> {
    const opened = await this.#open(sealed);
    return opened && decodeLocalItem(opened.bytes);
  }

  /** A text, such as an id. */
  async text(text: string): Promise<string | SealedRow> {
    return (await this.#sealed(text)) ?? text;
  }

  /** Null for one that cannot be read. */
  async readText(stored: unknown): Promise<string | null> {
    const sealed = v.safeParse(sealedSchema, stored);
    const text = v.safeParse(v.string(), sealed.success ? await this.#content(sealed.output) : stored);
    return text.success ? text.output : null;
  }

  /** A file that is kept whole, profile or tally; what it says besides its bytes stays readable. */
  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    const cipher = this.#sealing ? this.#ciphers[0] : null;
    return cipher ? { ...file, bytes: await cipher.seal(file.bytes), sealed: true } : file;
  }

  /** One that cannot be decrypted comes as it is: its reader finds it damaged. */
  async openFile(stored: unknown): Promise<unknown> {
    const sealed = v.safeParse(sealedFileSchema, stored);
    if (!sealed.success) return stored;
    const { sealed: _, bytes, ...about } = sealed.output;
    const opened = await this.#open(bytes);
    return opened ? { ...about, bytes: opened.bytes } : stored;
  }

  /** Any content under the cipher that seals; for what was kept before there was one. */
  async row(content: object): Promise<object> {
    return (await this.#sealed(content)) ?? content;
  }

  /** What another cipher sealed, under the one that seals; null when that one sealed it, or none did. */
  async anew(sealed: Uint8Array): Promise<Uint8Array | null> {
    const opened = await this.#open(sealed);
    return opened && !opened.current ? this.#ciphers[0].seal(opened.bytes) : null;
  }

  /**
   * Decrypts what one of the ciphers sealed.
   * @returns null when none did; `current`: whether it was the one that seals
   */
  async #open(sealed: Uint8Array): Promise<{ bytes: Uint8Array; current: boolean } | null> {
    for (const [n, cipher] of this.#ciphers.entries()) {
      try {
        return { bytes: await cipher.open(sealed), current: this.#sealing && n === 0 };
      } catch {
        // Another one may have sealed it.
      }
    }
    return null;
  }

  async #sealed(content: unknown): Promise<SealedRow | null> {
    const cipher = this.#sealing ? this.#ciphers[0] : null;
    return cipher ? { sealed: await cipher.seal(new TextEncoder().encode(JSON.stringify(content))) } : null;
  }

  async #content({ sealed }: SealedRow): Promise<unknown> {
    const opened = await this.#open(sealed);
    try {
      return opened && JSON.parse(new TextDecoder().decode(opened.bytes));
    } catch {
      return null;
    }
  }
}

/** Whether a stored file is still encrypted. */
export const isSealedFile = (stored: unknown): boolean => v.safeParse(sealedFileSchema, stored).success;
