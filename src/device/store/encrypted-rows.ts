import * as v from 'valibot';
import { addedItemSchema } from '../../core/catalog';
import type { LoggedEvent, NewEvent } from '../../core/events';
import type { EncryptedRow, SnapshotRow } from './database';
import type { AtRestCipher } from './lock';
import type { PlainRows, Rows } from './rows';
import type { LocalItem, Snapshot } from './store';

const encryptedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const rowSchema = v.looseObject({});
const encryptedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });

/** Encrypts and decrypts the rows of the database; unencrypted rows stay readable. */
export class EncryptedRows implements Rows {
  readonly plain: PlainRows;
  readonly #ciphers: readonly AtRestCipher[];
  /** Null if new rows are written unencrypted. */
  readonly #encrypting: AtRestCipher | null;

  /**
   * @param plain reads and writes rows in the clear
   * @param ciphers each encrypted row is decrypted by one of them
   * @param encrypting whether new rows are encrypted, by the first cipher
   */
  constructor(plain: PlainRows, ciphers: readonly AtRestCipher[], encrypting: boolean) {
    this.plain = plain;
    this.#ciphers = ciphers;
    this.#encrypting = encrypting ? ciphers[0] : null;
  }

  async event(event: NewEvent): Promise<NewEvent | EncryptedRow> {
    return (await this.#encrypted(event)) ?? this.plain.event(event);
  }

  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const encrypted = v.safeParse(encryptedSchema, row);
    if (!encrypted.success) return this.plain.readEvent(row);
    const content = v.safeParse(rowSchema, await this.#content(encrypted.output));
    return content.success ? this.plain.readEvent({ ...content.output, id: encrypted.output.id }) : null;
  }

  async snapshot({ lastEvent, ...about }: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    const encrypted = await this.#encrypted(about);
    return encrypted ? { ...encrypted, lastEvent } : { ...about, lastEvent };
  }

  async readSnapshot(row: SnapshotRow & { id?: number }): Promise<Snapshot | null> {
    if (!('sealed' in row)) return this.plain.readSnapshot(row);
    const about = v.safeParse(rowSchema, await this.#content(row));
    const { id, lastEvent } = row;
    return about.success ? this.plain.readSnapshot({ ...about.output, id, lastEvent } as typeof row) : null;
  }

  async item(item: LocalItem): Promise<EncryptedRow | null> {
    return this.#encrypting && { sealed: await this.#encrypting.encrypt(encodeLocalItem(item)) };
  }

  async readItem({ sealed }: EncryptedRow): Promise<LocalItem | null> {
    const opened = await this.#open(sealed);
    return opened && decodeLocalItem(opened.bytes);
  }

  async text(text: string): Promise<string | EncryptedRow> {
    return (await this.#encrypted(text)) ?? text;
  }

  async readText(stored: unknown): Promise<string | null> {
    const encrypted = v.safeParse(encryptedSchema, stored);
    return this.plain.readText(encrypted.success ? await this.#content(encrypted.output) : stored);
  }

  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    return this.#encrypting ? { ...file, bytes: await this.#encrypting.encrypt(file.bytes), sealed: true } : file;
  }

  async openFile(stored: unknown): Promise<unknown> {
    const file = v.safeParse(encryptedFileSchema, stored);
    if (!file.success) return stored;
    const { sealed: _, bytes, ...about } = file.output;
    const opened = await this.#open(bytes);
    return opened ? { ...about, bytes: opened.bytes } : stored;
  }

  /** Encrypts content that was stored in the clear. */
  async row(content: object): Promise<object> {
    return (await this.#encrypted(content)) ?? content;
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

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const headSchema = v.object({ item: addedItemSchema, encoders: v.string(), values: size, scales: size });

/** Encodes an item as bytes: a line of JSON, then values and scales of its features. */
function encodeLocalItem({ item, encoders, values, scales }: LocalItem): Uint8Array {
  const about: v.InferOutput<typeof headSchema> = { item, encoders, values: values.length, scales: scales.length };
  const head = new TextEncoder().encode(`${JSON.stringify(about)}\n`);
  const whole = new Uint8Array(head.length + values.length + 4 * scales.length);
  whole.set(head);
  whole.set(new Uint8Array(values.buffer, values.byteOffset, values.length), head.length);
  const view = new DataView(whole.buffer, head.length + values.length);
  for (const [n, scale] of scales.entries()) view.setFloat32(4 * n, scale, true);
  return whole;
}

/** @returns null for bytes that `encodeLocalItem` did not write */
function decodeLocalItem(bytes: Uint8Array): LocalItem | null {
  const end = bytes.indexOf(10) + 1;
  const head = v.safeParse(headSchema, fromJson(bytes.subarray(0, end)));
  if (!head.success) return null;
  const { item, encoders, values, scales } = head.output;
  if (bytes.length !== end + values + 4 * scales) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + values);
  return {
    item,
    encoders,
    values: new Int8Array(bytes.slice(end, end + values).buffer),
    scales: Float32Array.from({ length: scales }, (_, n) => view.getFloat32(4 * n, true)),
  };
}

function fromJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
