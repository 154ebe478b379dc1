import * as v from 'valibot';
import type { LoggedEvent, NewEvent } from '../events';
import type { AtRestCipher } from './at-rest-cipher';
import type { EncryptedRow, SnapshotRow } from './layout';
import { decodeLocalItem, encodeLocalItem } from './local-item-file';
import type { PlainRows, Rows } from './rows';
import type { LocalItem, Snapshot } from './store';

const encryptedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const rowSchema = v.looseObject({});
const encryptedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });

/** Turns what is kept into rows of the database and back: encrypted where the shop asked for it. */
export class EncryptedRows implements Rows {
  readonly plain: PlainRows;
  readonly #ciphers: readonly AtRestCipher[];
  /** Null where what is written from now on stays in the clear. */
  readonly #encrypting: AtRestCipher | null;

  /**
   * @param plain what is in the clear
   * @param ciphers what was sealed opens with one of them
   * @param sealing whether what is written from now on is sealed, with the first
   */
  constructor(plain: PlainRows, ciphers: readonly AtRestCipher[], sealing: boolean) {
    this.plain = plain;
    this.#ciphers = ciphers;
    this.#encrypting = sealing ? ciphers[0] : null;
  }

  async event(event: NewEvent): Promise<NewEvent | EncryptedRow> {
    return (await this.#encrypted(event)) ?? this.plain.event(event);
  }

  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const sealed = v.safeParse(encryptedSchema, row);
    if (!sealed.success) return this.plain.readEvent(row);
    const content = v.safeParse(rowSchema, await this.#content(sealed.output));
    return content.success ? this.plain.readEvent({ ...content.output, id: sealed.output.id }) : null;
  }

  async snapshot({ lastEvent, ...about }: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    const sealed = await this.#encrypted(about);
    return sealed ? { ...sealed, lastEvent } : { ...about, lastEvent };
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
    const sealed = v.safeParse(encryptedSchema, stored);
    return this.plain.readText(sealed.success ? await this.#content(sealed.output) : stored);
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

  /** Any content under the cipher that seals; for what was kept before there was one. */
  async row(content: object): Promise<object> {
    return (await this.#encrypted(content)) ?? content;
  }

  /** What another cipher sealed, under the one that seals; null when that one sealed it, or none did. */
  async reEncrypt(sealed: Uint8Array): Promise<Uint8Array | null> {
    const opened = await this.#open(sealed);
    return opened && this.#encrypting && opened.by !== this.#encrypting ? this.#encrypting.encrypt(opened.bytes) : null;
  }

  /** Decrypts what one of the ciphers sealed; null when none did. */
  async #open(sealed: Uint8Array): Promise<{ bytes: Uint8Array; by: AtRestCipher } | null> {
    for (const by of this.#ciphers) {
      try {
        return { bytes: await by.open(sealed), by };
      } catch {
        // Another one may have sealed it.
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
