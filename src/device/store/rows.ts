import * as v from 'valibot';
import { addedItemSchema } from '../../core/catalog';
import { fromJson, listReader, littleEndian } from '../../core/common/bytes';
import { storedCount as count, eventSchema, type LoggedEvent } from '../../core/events';
import type { EncryptedRow, SnapshotRow } from './database';
import type { AtRestCipher } from './lock';
import type { LocalItem, Snapshot } from './store';

const aboutSchema = v.object({ time: v.number(), choices: count, windows: count });
export const encryptedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const encryptedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });

/**
 * Converts stored data to rows of the database and back. A row that cannot be read becomes null, to keep the other rows.
 * Encrypts new rows if it should, and decrypts encrypted ones; rows in the clear stay readable.
 */
export class Rows {
  readonly #ciphers: readonly AtRestCipher[];
  /** Null if new rows are written in the clear. */
  readonly #encrypting: AtRestCipher | null;

  /**
   * @param ciphers each encrypted row is decrypted by one of them
   * @param encrypting whether new rows are encrypted, by the first cipher
   */
  constructor(ciphers: readonly AtRestCipher[] = [], encrypting = false) {
    this.#ciphers = ciphers;
    this.#encrypting = encrypting ? ciphers[0] : null;
  }

  /** Content that may also be stored in the clear: an event, the description of a snapshot, or a text such as an id. */
  async row<T>(content: T): Promise<T | EncryptedRow> {
    return (await this.#encrypted(content)) ?? content;
  }

  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const encrypted = v.safeParse(encryptedSchema, row);
    const content: unknown = encrypted.success
      ? { ...Object(await this.#content(encrypted.output)), id: encrypted.output.id }
      : row;
    const event = v.safeParse(eventSchema, content);
    return event.success ? event.output : null;
  }

  async snapshot({ lastEvent, ...about }: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    return { ...(await this.row(about)), lastEvent };
  }

  async readSnapshot(row: SnapshotRow & { id?: number }): Promise<Snapshot | null> {
    const { id = 0, lastEvent } = row;
    const about = v.safeParse(aboutSchema, 'sealed' in row ? await this.#content(row) : row);
    return about.success ? { ...about.output, id, lastEvent } : null;
  }

  /** @returns null if items are stored in the clear */
  async item(item: LocalItem): Promise<EncryptedRow | null> {
    return this.#encrypting && { sealed: await this.#encrypting.encrypt(encodeLocalItem(item)) };
  }

  async readItem({ sealed }: EncryptedRow): Promise<LocalItem | null> {
    const opened = await this.#open(sealed);
    return opened && decodeLocalItem(opened.bytes);
  }

  async readText(stored: unknown): Promise<string | null> {
    const encrypted = v.safeParse(encryptedSchema, stored);
    const text = encrypted.success ? await this.#content(encrypted.output) : stored;
    return typeof text === 'string' ? text : null;
  }

  /** A file, profile or aggregates; only its bytes are encrypted. */
  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    return this.#encrypting ? { ...file, bytes: await this.#encrypting.encrypt(file.bytes), sealed: true } : file;
  }

  /** @returns the file unchanged if it cannot be decrypted: its reader reports the damage */
  async openFile(stored: unknown): Promise<unknown> {
    const file = v.safeParse(encryptedFileSchema, stored);
    if (!file.success) return stored;
    const { sealed: _, bytes, ...about } = file.output;
    const opened = await this.#open(bytes);
    return opened ? { ...about, bytes: opened.bytes } : stored;
  }

  /**
   * Re-encrypts data of another cipher with the first one; null if the first one already encrypted it, or no cipher decrypts
   * it.
   */
  async reEncrypt(encrypted: Uint8Array): Promise<Uint8Array | null> {
    const opened = await this.#open(encrypted);
    return opened && this.#encrypting && opened.by !== this.#encrypting ? this.#encrypting.encrypt(opened.bytes) : null;
  }

  /** Decrypts with whichever cipher encrypted the bytes; null if none did. */
  async #open(encrypted: Uint8Array): Promise<{ bytes: Uint8Array; by: AtRestCipher } | null> {
    for (const by of this.#ciphers) {
      try {
        return { bytes: await by.decrypt(encrypted), by };
      } catch {
        // Another cipher may have encrypted it.
      }
    }
    return null;
  }

  async #encrypted(content: unknown): Promise<EncryptedRow | null> {
    return (
      this.#encrypting && { sealed: await this.#encrypting.encrypt(new TextEncoder().encode(JSON.stringify(content))) }
    );
  }

  async #content({ sealed }: EncryptedRow): Promise<unknown> {
    const opened = await this.#open(sealed);
    try {
      return opened && JSON.parse(new TextDecoder().decode(opened.bytes));
    } catch {
      return null;
    }
  }
}

export const isEncryptedFile = (stored: unknown): boolean =>
  v.safeParse(v.object({ sealed: v.literal(true) }), stored).success;

const headSchema = v.object({ item: addedItemSchema, encoders: v.string(), values: count, scales: count });

/** Encodes an item as bytes: a line of JSON, then values and scales of its features. */
function encodeLocalItem({ item, encoders, values, scales }: LocalItem): Uint8Array {
  const about: v.InferOutput<typeof headSchema> = { item, encoders, values: values.length, scales: scales.length };
  const head = new TextEncoder().encode(`${JSON.stringify(about)}\n`);
  return littleEndian(head, values, scales);
}

/** @returns null for bytes that `encodeLocalItem` did not write */
function decodeLocalItem(bytes: Uint8Array): LocalItem | null {
  const end = bytes.indexOf(10) + 1;
  const head = v.safeParse(headSchema, fromJson(bytes.subarray(0, end)));
  if (!head.success) return null;
  const { item, encoders, values, scales } = head.output;
  if (bytes.length !== end + values + 4 * scales) return null;
  const read = listReader(bytes, end);
  return { item, encoders, values: read.int8(values).slice(), scales: read.floats(scales) };
}
