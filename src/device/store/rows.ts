import * as v from 'valibot';
import { fromJson } from '../../core/common/bytes';
import type { AtRestCipher } from './lock';
import { type LocalItem, localItemSchema } from './store';

/** A row encrypted at rest: it has this instead of its content. */
export interface EncryptedRow {
  sealed: Uint8Array;
}

const encryptedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const encryptedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });

const numbers = v.array(v.number());

/** An encrypted item has its features as lists of numbers. */
export const storedItemSchema: v.GenericSchema<unknown, LocalItem> = v.object({
  ...localItemSchema.entries,
  values: v.union([
    localItemSchema.entries.values,
    v.pipe(
      numbers,
      v.transform((list) => Int8Array.from(list)),
    ),
  ]),
  scales: v.union([
    localItemSchema.entries.scales,
    v.pipe(
      numbers,
      v.transform((list) => Float32Array.from(list)),
    ),
  ]),
});

/** Converts stored data to rows of the database and back. Encrypts new rows if there is a cipher; rows in the clear stay readable. */
export class Rows {
  constructor(private readonly cipher: AtRestCipher | null = null) {}

  /** An event, a text, an item or the description of a snapshot: in the clear, or encrypted as JSON. */
  async row<T>(content: T): Promise<T | EncryptedRow> {
    if (!this.cipher) return content;
    const json = JSON.stringify(content, (_, value) => (ArrayBuffer.isView(value) ? Object.values(value) : value));
    return { sealed: await this.cipher.encrypt(new TextEncoder().encode(json)) };
  }

  /** @returns the content of a row with what is beside it in the clear; null for one that cannot be read, to keep the other rows */
  async read<T>(row: unknown, schema: v.GenericSchema<unknown, T>): Promise<T | null> {
    const encrypted = v.safeParse(encryptedSchema, row);
    let content = row;
    if (encrypted.success) {
      const { sealed, ...clear } = encrypted.output;
      const bytes = await this.#open(sealed);
      content = bytes && fromJson(bytes);
      if (typeof content === 'object') content = { ...content, ...clear };
    }
    const read = v.safeParse(schema, content);
    return read.success ? read.output : null;
  }

  /** A file, profile or aggregates; only its bytes are encrypted. */
  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    return this.cipher ? { ...file, bytes: await this.cipher.encrypt(file.bytes), sealed: true } : file;
  }

  /** @returns the file unchanged if it cannot be decrypted: its reader reports the damage */
  async openFile(stored: unknown): Promise<unknown> {
    const file = v.safeParse(encryptedFileSchema, stored);
    if (!file.success) return stored;
    const { sealed: _, ...about } = file.output;
    const bytes = await this.#open(about.bytes);
    return bytes ? { ...about, bytes } : stored;
  }

  async #open(encrypted: Uint8Array): Promise<Uint8Array | null> {
    return this.cipher?.decrypt(encrypted).catch(() => null) ?? null;
  }
}

export const isEncryptedFile = (stored: unknown): boolean => v.is(encryptedFileSchema, stored);
