import * as v from 'valibot';
import { storedCount as length } from '../../core/events';
import { MAX_WIDTH } from './limits';

/**
 * A compact form of profile data: JSON with tables stored by column, followed by the long numbers in binary. Their bytes are
 * grouped by significance: similar bytes are adjacent and compress well.
 */

/** Coefficients that share one step: the columns of a state of a side model. */
const CHUNK = 64;
/** Stored instead of the exponent of the step if all values are 0, or if some need all their digits. */
const ZEROS = -128;
const WHOLE = 127;
/** Bound of the integers of a chunk. */
const MAX_SHORT = 2 ** 15;
const FLOAT_DIGITS = 23;
const FLOAT_BIAS = 127;
/** Numbers of more characters are binary. */
const MAX_CHARACTERS = 7;
/** Maximum length of the JSON, bytes, and maximum number of coefficients in all: few bytes can stand for very many. */
const MAX_HEADER = 2 ** 24;
const MAX_COEFFICIENTS = 20 * 2 ** 20;
/** Larger integers of a column, such as times, are written as differences. */
const MIN_DIFFERED = 1e6;

/**
 * Placeholders in the JSON, objects of one field: floats, a long number of a given number of bits, a list of long numbers, a table by
 * columns, differences of integers.
 */
const PLACEHOLDERS = {
  floats: length,
  number: v.picklist([32, 64]),
  numbers: length,
  table: v.record(v.string(), v.unknown()),
  differences: v.array(v.pipe(v.number(), v.safeInteger())),
};
const headerSchema = v.strictObject({
  data: v.unknown(),
  /** Numbers of each kind: exponents of chunks, integers, floats, doubles. */
  counts: v.strictTuple([length, length, length, length]),
});

/** The arrays of each kind of numbers. All browsers keep their bytes little-endian, as the file does. */
const KINDS = [Int8Array, Int16Array, Float32Array, Float64Array] as const;
type Kind = (typeof KINDS)[number];

class Writer {
  readonly #exponents: number[] = [];
  readonly #shorts: number[] = [];
  readonly #floats: number[] = [];
  readonly #doubles: number[] = [];

  pack(data: unknown): Uint8Array[] {
    const packed = this.#packed(data);
    const lists = [this.#exponents, this.#shorts, this.#floats, this.#doubles];
    const json = JSON.stringify({ data: packed, counts: lists.map((list) => list.length) });
    return [new TextEncoder().encode(`${json}\n`), ...lists.map((list, n) => planes(list, KINDS[n]))];
  }

  #packed(value: unknown): unknown {
    if (typeof value === 'number') return this.#number(value);
    if (value instanceof Float32Array) return this.#coefficients(value);
    if (Array.isArray(value)) return this.#list(value);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.#packed(part)]));
  }

  #number(value: number): unknown {
    if (!Number.isFinite(value) || JSON.stringify(value).length <= MAX_CHARACTERS || Number.isSafeInteger(value)) {
      return value;
    }
    if (Math.fround(value) !== value) {
      this.#doubles.push(value);
      return { number: 64 };
    }
    this.#floats.push(value);
    return { number: 32 };
  }

  #coefficients(values: Float32Array): unknown {
    for (let at = 0; at < values.length; at += CHUNK) {
      const chunk = values.subarray(at, at + CHUNK);
      const exponent = exponentOf(chunk);
      this.#exponents.push(exponent);
      if (exponent === WHOLE) this.#floats.push(...chunk);
      else if (exponent !== ZEROS) this.#shorts.push(...Array.from(chunk, (value) => value / 2 ** exponent));
    }
    return { floats: values.length };
  }

  #list(list: readonly unknown[]): unknown {
    if (isLong(list)) {
      this.#floats.push(...list);
      return { numbers: list.length };
    }
    const names = namesOf(list);
    if (!names) return list.map((value) => this.#packed(value));
    const columns = names.map((name) => {
      const column = list.map((row) => (isRecord(row) ? row[name] : undefined));
      return [name, isDiffered(column) ? { differences: differences(column) } : this.#list(column)];
    });
    return { table: Object.fromEntries(columns) };
  }
}

/** Bytes that `unpacked` reads. @param data JSON and arrays of floats, without loss of digits */
export const packed = (data: unknown): Uint8Array[] => new Writer().pack(data);

/** Reads the output of `packed`. @throws Error if it is damaged */
export function unpacked(bytes: Uint8Array): unknown {
  const end = bytes.indexOf(10);
  if (end < 0) throw new RangeError('it has no header');
  if (end > MAX_HEADER) throw new RangeError('its header is longer than that of any profile');
  const { data, counts } = v.parse(headerSchema, JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))));
  let at = end + 1;
  const total = counts.reduce((sum, count, n) => sum + count * KINDS[n].BYTES_PER_ELEMENT, at);
  if (total !== bytes.length) throw new RangeError('its length is wrong');
  const [exponents, shorts, floats, doubles] = counts.map((count, n) => {
    const end = at + count * KINDS[n].BYTES_PER_ELEMENT;
    const read = reader(bytes.subarray(at, end), KINDS[n]);
    at = end;
    return read;
  });
  let room = MAX_COEFFICIENTS;
  const coefficients = (size: number): Float32Array => {
    room -= size;
    if (size > MAX_WIDTH || room < 0) throw new RangeError('it has more numbers than any profile');
    const values = new Float32Array(size);
    for (let at = 0; at < size; at += CHUNK) {
      const exponent = exponents();
      if (exponent === ZEROS) continue;
      const until = Math.min(size, at + CHUNK);
      for (let n = at; n < until; n++) values[n] = exponent === WHOLE ? floats() : shorts() * 2 ** exponent;
    }
    return values;
  };
  const restored = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(restored);
    if (!isRecord(value)) return value;
    const entries = Object.entries(value);
    const [name, given] = entries.length === 1 ? entries[0] : [];
    const is = PLACEHOLDERS;
    if (name === 'floats' && v.is(is.floats, given)) return coefficients(given);
    if (name === 'number' && v.is(is.number, given)) return given === 32 ? floats() : doubles();
    if (name === 'numbers' && v.is(is.numbers, given)) {
      if (given > floats.left()) throw new RangeError('numbers are missing');
      return Array.from({ length: given }, floats);
    }
    if (name === 'differences' && v.is(is.differences, given)) {
      let sum = 0;
      return given.map((difference) => {
        sum += difference;
        return sum;
      });
    }
    const parts = name === 'table' && v.is(is.table, given) ? Object.entries(given) : null;
    const inner = (parts ?? entries).map(([key, part]): [string, unknown] => [key, restored(part)]);
    return parts ? rowsOf(inner) : Object.fromEntries(inner);
  };
  const whole = restored(data);
  for (const read of [exponents, shorts, floats, doubles])
    if (read.left() > 0) throw new RangeError('numbers are left');
  return whole;
}

function rowsOf(columns: readonly (readonly [string, unknown])[]): unknown[] {
  const lists = columns.map(([name, column]) => {
    if (!Array.isArray(column)) throw new TypeError('a column is not a list');
    return [name, column] as const;
  });
  const rows = lists[0]?.[1].length ?? 0;
  if (lists.some(([, column]) => column.length !== rows)) throw new RangeError('columns have different lengths');
  return Array.from({ length: rows }, (_, n) => Object.fromEntries(lists.map(([name, column]) => [name, column[n]])));
}

/** Exponent of the largest power of 2 that divides all values into 16-bit integers; `WHOLE` without one. */
function exponentOf(values: Float32Array): number {
  const view = new DataView(new ArrayBuffer(4));
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value === 0) continue;
    view.setFloat32(0, value);
    const bits = view.getUint32(0);
    const significand = (bits & (2 ** FLOAT_DIGITS - 1)) | (2 ** FLOAT_DIGITS);
    const exponent = ((bits >>> FLOAT_DIGITS) & 0xff) - FLOAT_BIAS - FLOAT_DIGITS;
    const zeros = 31 - Math.clz32(significand & -significand);
    least = Math.min(least, exponent + zeros);
    most = Math.max(most, Math.abs(value));
  }
  if (most === 0) return ZEROS;
  return least > ZEROS && least < WHOLE && most / 2 ** least < MAX_SHORT ? least : WHOLE;
}

/** Names of the common fields of all rows, if a list is a table of more than one row. */
function namesOf(list: readonly unknown[]): string[] | null {
  if (list.length < 2 || !list.every(isRecord)) return null;
  const [first, ...others] = list.map((row) => Object.keys(row));
  const alike = (names: string[]): boolean =>
    names.length === first.length && names.every((name, n) => name === first[n]);
  return first.length > 0 && others.every(alike) ? first : null;
}

/** Whether a list contains only numbers that fit into floats, most of them long in JSON. */
function isLong(list: readonly unknown[]): list is readonly number[] {
  if (!list.every((value) => typeof value === 'number' && Math.fround(value) === value)) return false;
  return list.filter((value) => JSON.stringify(value).length > MAX_CHARACTERS).length > list.length / 2;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float32Array);

const isDiffered = (column: readonly unknown[]): column is readonly number[] =>
  column.every((value) => Number.isSafeInteger(value) && Number(value) >= 0) &&
  column.some((value) => Number(value) > MIN_DIFFERED);

const differences = (column: readonly number[]): number[] =>
  column.map((value, n) => value - (n > 0 ? column[n - 1] : 0));

/** Bytes of numbers: the first of every number, then the second, and so on. */
function planes(values: readonly number[], kind: Kind): Uint8Array {
  const whole = new Uint8Array(kind.from(values).buffer);
  const size = kind.BYTES_PER_ELEMENT;
  return whole.map((_, at) => whole[(at % values.length) * size + Math.floor(at / values.length)]);
}

function reader(bytes: Uint8Array, kind: Kind) {
  const size = kind.BYTES_PER_ELEMENT;
  const count = bytes.length / size;
  const whole = bytes.map((_, at) => bytes[(at % size) * count + Math.floor(at / size)]);
  const values = new kind(whole.buffer);
  let next = 0;
  const read = (): number => {
    if (next >= count) throw new RangeError('numbers are missing');
    return values[next++];
  };
  return Object.assign(read, { left: () => count - next });
}
