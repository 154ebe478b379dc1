import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Preset } from '../../core/encoders';
import { nodeRuntime } from '../../core/encoders/node';

/*
 * The file: header (8 bytes magic, uint32 version, uint32 bytes of a payload, little-endian), then records of one length: key
 * [32], payload, uint32 CRC-32 of both. Records are only ever appended, so a killed process can damage only the end of the file.
 */
const MAGIC = Buffer.from('SSFCACHE');
const VERSION = 1;
const HEADER = 16;
const KEY = 32;
/** Number of bytes read per step when a file is opened or rewritten. */
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
  #inherited = 0;
  #file: number;

  private constructor(
    private readonly path: string,
    private readonly payloadBytes: number,
    file: number,
  ) {
    this.#file = file;
  }

  /** Opens or creates a cache file. A file of another version or payload length is replaced. */
  static open(path: string, payloadBytes: number): FeatureCache {
    mkdirSync(dirname(path), { recursive: true });
    const cache = new FeatureCache(path, payloadBytes, openSync(path, existsSync(path) ? 'r+' : 'w+'));
    cache.#recover();
    cache.#inherited = cache.#count;
    return cache;
  }

  /** Entries. */
  get size(): number {
    return this.#count;
  }

  get(key: Uint8Array): Uint8Array | null {
    const found = this.#index.get(short(key));
    if (found === undefined) return null;
    const record = Buffer.allocUnsafe(this.#recordBytes);
    readSync(this.#file, record, 0, record.length, this.#offset(found));
    if (!record.subarray(0, KEY).equals(key)) return null;
    this.#used.add(found);
    return new Uint8Array(record.subarray(KEY, KEY + this.payloadBytes));
  }

  /** Whether an entry that `get` finds existed when the file was opened. Do not call it after `tidy`. */
  isInherited(key: Uint8Array): boolean {
    return (this.#index.get(short(key)) ?? this.#inherited) < this.#inherited;
  }

  /** Adds an entry; it is on disk when this returns. */
  add(key: Uint8Array, payload: Uint8Array): void {
    if (key.length !== KEY || payload.length !== this.payloadBytes) {
      throw new Error(
        `A cache entry must be ${KEY} + ${this.payloadBytes} bytes, not ${key.length} + ${payload.length}`,
      );
    }
    const record = Buffer.concat([key, payload, Buffer.alloc(4)]);
    record.writeUInt32LE(crc32(record.subarray(0, -4)), record.length - 4);
    writeSync(this.#file, record, 0, record.length, this.#offset(this.#count));
    this.#index.set(short(key), this.#count);
    this.#used.add(this.#count);
    this.#count++;
  }

  /** Called after a complete build: drops the entries that the build did not use, if they are the majority. */
  tidy(): void {
    if (this.#used.size >= this.#count / 2) return;
    const path = `${this.path}.part`;
    const file = openSync(path, 'w+');
    writeSync(file, this.#header(), 0, HEADER, 0);
    const record = Buffer.allocUnsafe(this.#recordBytes);
    const kept = [...this.#used].sort((a, b) => a - b);
    this.#index = new Map();
    for (const [n, found] of kept.entries()) {
      readSync(this.#file, record, 0, record.length, this.#offset(found));
      writeSync(file, record, 0, record.length, this.#offset(n));
      this.#index.set(short(record), n);
    }
    renameSync(path, this.path);
    closeSync(this.#file);
    this.#file = file;
    this.#count = kept.length;
    this.#used = new Set(kept.keys());
  }

  close(): void {
    closeSync(this.#file);
  }

  #recover(): void {
    rmSync(`${this.path}.part`, { force: true });
    const { size } = fstatSync(this.#file);
    const header = Buffer.alloc(HEADER);
    readSync(this.#file, header, 0, HEADER, 0);
    if (size < HEADER || !header.equals(this.#header())) {
      ftruncateSync(this.#file, 0);
      writeSync(this.#file, this.#header(), 0, HEADER, 0);
      return;
    }
    const length = this.#recordBytes;
    const block = Buffer.allocUnsafe(Math.max(1, Math.floor(BLOCK / length)) * length);
    for (let whole = true; whole; ) {
      const read = readSync(this.#file, block, 0, block.length, this.#offset(this.#count));
      whole = read === block.length;
      for (let start = 0; start + length <= read; start += length) {
        const record = block.subarray(start, start + length);
        if (crc32(record.subarray(0, -4)) !== record.readUInt32LE(length - 4)) {
          whole = false;
          break;
        }
        this.#index.set(short(record), this.#count++);
      }
    }
    if (this.#offset(this.#count) < size) ftruncateSync(this.#file, this.#offset(this.#count));
  }

  #header(): Buffer {
    const header = Buffer.alloc(HEADER);
    MAGIC.copy(header);
    header.writeUInt32LE(VERSION, 8);
    header.writeUInt32LE(this.payloadBytes, 12);
    return header;
  }

  get #recordBytes(): number {
    return KEY + this.payloadBytes + 4;
  }

  #offset(record: number): number {
    return HEADER + record * this.#recordBytes;
  }
}

const short = (key: Uint8Array): number => Buffer.from(key.buffer, key.byteOffset, 6).readUIntLE(0, 6);

/** Incremented when the same input gives different features for a reason that neither preset nor versions show. */
const RECIPE = 2;

/**
 * Key of an input's taps: a digest of everything on which they depend.
 * @returns a function from a text or the bytes of a picture file to a SHA-256
 */
export async function tapsKey(preset: Preset): Promise<(input: string | Uint8Array) => Buffer> {
  const recipe = JSON.stringify([RECIPE, await nodeRuntime(), preset]);
  return (input) => createHash('sha256').update(recipe).update('\n').update(input).digest();
}

/** Key of the rows projected from those taps. @param projection digest of the projection */
export const rowsKey = (taps: Buffer, projection: string): Buffer =>
  createHash('sha256').update(taps).update(projection).digest();
