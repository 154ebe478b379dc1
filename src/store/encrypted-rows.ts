import * as v from 'valibot';
import type { LoggedEvent, NewEvent } from '../events';
import type { RestCipher } from './at-rest-cipher';
import type { SealedRow, SnapshotRow } from './layout';
import { decodeLocalItem, encodeLocalItem } from './local-item-file';
import type { PlainRows, Rows } from './rows';
import type { LocalItem, Snapshot } from './store';

const sealedSchema = v.looseObject({ sealed: v.instance(Uint8Array) });
const rowSchema = v.looseObject({});
const sealedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });

/** Turns what is kept into rows of the database and back: encrypted where the shop asked for it. */
export class SealedRows implements Rows {
  readonly plain: PlainRows;
  readonly #ciphers: readonly RestCipher[];
  /** Null where what is written from now on stays in the clear. */
  readonly #sealing: RestCipher | null;

  /**
   * @param plain what is in the clear
   * @param ciphers what was sealed opens with one of them
   * @param sealing whether what is written from now on is sealed, with the first
   */
  constructor(plain: PlainRows, ciphers: readonly RestCipher[], sealing: boolean) {
    this.plain = plain;
    this.#ciphers = ciphers;
    this.#sealing = sealing ? ciphers[0] : null;
  }

  async event(event: NewEvent): Promise<NewEvent | SealedRow> {
    return (await this.#sealed(event)) ?? this.plain.event(event);
  }

  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const sealed = v.safeParse(sealedSchema, row);
    if (!sealed.success) return this.plain.readEvent(row);
    const content = v.safeParse(rowSchema, await this.#content(sealed.output));
    return content.success ? this.plain.readEvent({ ...content.output, id: sealed.output.id }) : null;
  }

  async snapshot({ lastEvent, ...about }: Omit<Snapshot, 'id'>): Promise<SnapshotRow> {
    const sealed = await this.#sealed(about);
    return sealed ? { ...sealed, lastEvent } : { ...about, lastEvent };
  }

  async readSnapshot(row: SnapshotRow & { id?: number }): Promise<Snapshot | null> {
    if (!('sealed' in row)) return this.plain.readSnapshot(row);
    const about = v.safeParse(rowSchema, await this.#content(row));
    const { id, lastEvent } = row;
    return about.success ? this.plain.readSnapshot({ ...about.output, id, lastEvent } as typeof row) : null;
  }

  async item(item: LocalItem): Promise<SealedRow | null> {
    return this.#sealing && { sealed: await this.#sealing.seal(encodeLocalItem(item)) };
  }

  async readItem({ sealed }: SealedRow): Promise<LocalItem | null> {
    const opened = await this.#open(sealed);
    return opened && decodeLocalItem(opened.bytes);
  }

  async text(text: string): Promise<string | SealedRow> {
    return (await this.#sealed(text)) ?? text;
  }

  async readText(stored: unknown): Promise<string | null> {
    const sealed = v.safeParse(sealedSchema, stored);
    return this.plain.readText(sealed.success ? await this.#content(sealed.output) : stored);
  }

  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    return this.#sealing ? { ...file, bytes: await this.#sealing.seal(file.bytes), sealed: true } : file;
  }

  async openFile(stored: unknown): Promise<unknown> {
    const file = v.safeParse(sealedFileSchema, stored);
    if (!file.success) return stored;
    const { sealed: _, bytes, ...about } = file.output;
    const opened = await this.#open(bytes);
    return opened ? { ...about, bytes: opened.bytes } : stored;
  }

  /** Any content under the cipher that seals; for what was kept before there was one. */
  async row(content: object): Promise<object> {
    return (await this.#sealed(content)) ?? content;
  }

  /** What another cipher sealed, under the one that seals; null when that one sealed it, or none did. */
  async reEncrypt(sealed: Uint8Array): Promise<Uint8Array | null> {
    const opened = await this.#open(sealed);
    return opened && this.#sealing && opened.by !== this.#sealing ? this.#sealing.seal(opened.bytes) : null;
  }

  /** Decrypts what one of the ciphers sealed; null when none did. */
  async #open(sealed: Uint8Array): Promise<{ bytes: Uint8Array; by: RestCipher } | null> {
    for (const by of this.#ciphers) {
      try {
        return { bytes: await by.open(sealed), by };
      } catch {
        // Another one may have sealed it.
      }
    }
    return null;
  }

  async #sealed(content: unknown): Promise<SealedRow | null> {
    return this.#sealing && { sealed: await this.#sealing.seal(new TextEncoder().encode(JSON.stringify(content))) };
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
