import { sha256 } from '@noble/hashes/sha2.js';
import CRC32 from 'crc-32';
import type { Modality } from '../../../src/core/catalog';
import { joinBytes, littleEndian } from '../../../src/core/common/bytes';
import type { Preset } from '../../../src/core/encoders';

/** A file that is read and written synchronously, as Node and the workers of browsers can. */
export interface CacheFile {
  size(): number;
  /** @returns number of bytes read, fewer at the end of the file */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** The bytes are on disk when this returns. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number): void;
  truncate(size: number): void;
  close(): void;
}

/** A folder of cache files: opens or creates the file of a name. */
export type CacheFolder = (name: string) => Promise<CacheFile>;

/*
 * The file: header (8 bytes magic, uint32 version, uint32 bytes of a payload, little-endian), then records of one length: key
 * [32], payload, uint32 CRC-32 of both. Records are only ever appended, so a killed process can damage only the end of the file.
 */
const MAGIC = new TextEncoder().encode('SSFCACHE');
const VERSION = 1;
const HEADER = 16;
const KEY = 32;
/** Number of bytes read per step when a file is opened. */
const BLOCK = 1 << 20;

/**
 * Cache of encoded inputs on disk; `key` is a SHA-256 of encoder, recipe and input. One payload length per file; not for
 * several processes at once. A torn or damaged record ends the file: everything before it is kept.
 */
export class FeatureCache {
  /** Positions by the first 48 bits of the key; the whole key is compared when a record is read. */
  #index = new Map<number, number>();
  #used = new Set<number>();
  #count = 0;
  /** Number of entries that existed when the file was opened. */
  readonly #inherited: number;

  /** Reads a cache file. The content of a file of another version or payload length is dropped. */
  constructor(
    private readonly file: CacheFile,
    private readonly payloadBytes: number,
  ) {
    this.#recover();
    this.#inherited = this.#count;
  }

  get(key: Uint8Array): Uint8Array | null {
    const found = this.#index.get(short(key));
    if (found === undefined) return null;
    const record = this.#record(found);
    if (record.subarray(0, KEY).some((byte, at) => byte !== key[at])) return null;
    this.#used.add(found);
    return record.slice(KEY, KEY + this.payloadBytes);
  }

  /** Whether an entry that `get` finds existed when the file was opened. Do not call it after `tidy`. */
  isInherited(key: Uint8Array): boolean {
    return (this.#index.get(short(key)) ?? this.#inherited) < this.#inherited;
  }

  add(key: Uint8Array, payload: Uint8Array): void {
    if (key.length !== KEY || payload.length !== this.payloadBytes) {
      throw new Error(
        `A cache entry must be ${KEY} + ${this.payloadBytes} bytes, not ${key.length} + ${payload.length}`,
      );
    }
    const sum = Uint32Array.of(checksum(joinBytes([key, payload])));
    this.file.write(littleEndian(key, payload, sum), this.#offset(this.#count));
    this.#index.set(short(key), this.#count);
    this.#used.add(this.#count);
    this.#count++;
  }

  /**
   * Called after a complete build: drops the entries that the build did not use, if they are the majority. Entries move to the
   * front one by one; an interruption leaves some of them twice.
   */
  tidy(): void {
    if (this.#used.size >= this.#count / 2) return;
    const kept = [...this.#used].sort((a, b) => a - b);
    this.#index = new Map();
    for (const [n, found] of kept.entries()) {
      const record = this.#record(found);
      if (n !== found) this.file.write(record, this.#offset(n));
      this.#index.set(short(record), n);
    }
    this.file.truncate(this.#offset(kept.length));
    this.#count = kept.length;
    this.#used = new Set(kept.keys());
  }

  close(): void {
    this.file.close();
  }

  #recover(): void {
    const { file } = this;
    const header = new Uint8Array(HEADER);
    const wanted = littleEndian(MAGIC, Uint32Array.of(VERSION, this.payloadBytes));
    if (file.read(header, 0) < HEADER || header.some((byte, at) => byte !== wanted[at])) {
      file.truncate(0);
      file.write(wanted, 0);
      return;
    }
    const length = this.#recordBytes;
    const block = new Uint8Array(Math.max(1, Math.floor(BLOCK / length)) * length);
    for (let whole = true; whole; ) {
      const read = file.read(block, this.#offset(this.#count));
      whole = read === block.length;
      for (let start = 0; start + length <= read; start += length) {
        const record = block.subarray(start, start + length);
        if (checksum(record.subarray(0, -4)) !== viewOf(record).getUint32(length - 4, true)) {
          whole = false;
          break;
        }
        this.#index.set(short(record), this.#count++);
      }
    }
    if (this.#offset(this.#count) < file.size()) file.truncate(this.#offset(this.#count));
  }

  #record(at: number): Uint8Array<ArrayBuffer> {
    const record = new Uint8Array(this.#recordBytes);
    this.file.read(record, this.#offset(at));
    return record;
  }

  get #recordBytes(): number {
    return KEY + this.payloadBytes + 4;
  }

  #offset(record: number): number {
    return HEADER + record * this.#recordBytes;
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** CRC-32 of key and payload. */
const checksum = (entry: Uint8Array): number => CRC32.buf(entry) >>> 0;

/** The first 48 bits. */
const short = (key: Uint8Array): number => viewOf(key).getUint32(0) * 2 ** 16 + viewOf(key).getUint16(4);

/** Incremented when the same input gives different features for a reason that neither preset nor versions show. */
const RECIPE: Record<Modality, number> = { text: 2, image: 3 };

/** Key of an input's taps: a digest of everything on which they depend, as another version of a library may round differently. */
export function tapsKey(preset: Preset, runtime: string): (input: string | Uint8Array) => Uint8Array {
  const recipe = `${JSON.stringify([RECIPE[preset.modality], runtime, preset])}\n`;
  return (input) => digestOf(recipe, input);
}

/** Key of the rows projected from those taps. @param projection digest of the projection */
export const rowsKey = (taps: Uint8Array, projection: string): Uint8Array => digestOf(taps, projection);

/** Key of a row that a lexical encoder joined. @param encoder its bytes */
export function wordsKey(encoder: Uint8Array): (row: Uint8Array, texts: string) => Uint8Array {
  const digest = sha256(encoder);
  return (row, texts) => digestOf(digest, row, texts);
}

function digestOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = sha256.create();
  for (const part of parts) hash.update(typeof part === 'string' ? new TextEncoder().encode(part) : part);
  return hash.digest();
}
