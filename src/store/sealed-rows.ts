import * as v from 'valibot';
import { eventSchema, type LoggedEvent, type NewEvent } from '../learner';
import type { SealedRow } from './layout';
import type { RestCipher } from './rest-cipher';

const sealedSchema = v.object({ id: v.number(), sealed: v.instance(Uint8Array) });
const sealedFileSchema = v.looseObject({ bytes: v.instance(Uint8Array), sealed: v.literal(true) });

/** Turns what is kept into rows of the database and back: encrypted where the shop asked for it. */
export class SealedRows {
  readonly #cipher: RestCipher | null;
  readonly #sealing: boolean;

  /**
   * @param cipher opens what was sealed; null where nothing ever was
   * @param sealing whether what is written from now on is sealed
   */
  constructor(cipher: RestCipher | null, sealing: boolean) {
    this.#cipher = cipher;
    this.#sealing = sealing;
  }

  async event(event: NewEvent): Promise<NewEvent | SealedRow> {
    if (!this.#sealing || !this.#cipher) return { ...event };
    return { sealed: await this.#cipher.seal(new TextEncoder().encode(JSON.stringify(event))) };
  }

  /** Null for a row that this code cannot read (older or damaged): no reason to lose the rest. */
  async readEvent(row: unknown): Promise<LoggedEvent | null> {
    const sealed = v.safeParse(sealedSchema, row);
    let plain = row;
    if (sealed.success) {
      try {
        const bytes = await this.#cipher?.open(sealed.output.sealed);
        plain = { ...JSON.parse(new TextDecoder().decode(bytes)), id: sealed.output.id };
      } catch {
        return null;
      }
    }
    const event = v.safeParse(eventSchema, plain);
    return event.success ? event.output : null;
  }

  /** A file that is kept whole, profile or tally; what it says besides its bytes stays readable. */
  async file<File extends { bytes: Uint8Array }>(file: File): Promise<File & { sealed?: true }> {
    if (!this.#sealing || !this.#cipher) return file;
    return { ...file, bytes: await this.#cipher.seal(file.bytes), sealed: true };
  }

  /** One that cannot be decrypted comes as it is: its reader finds it damaged. */
  async openFile(stored: unknown): Promise<unknown> {
    const sealed = v.safeParse(sealedFileSchema, stored);
    if (!sealed.success || !this.#cipher) return stored;
    const { sealed: _, bytes, ...about } = sealed.output;
    try {
      return { ...about, bytes: await this.#cipher.open(bytes) };
    } catch {
      return stored;
    }
  }
}
