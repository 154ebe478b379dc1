import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { packed, unpacked } from './packed-profile';

const bytesOf = (data: unknown): Uint8Array => Uint8Array.from(packed(data).flatMap((part) => [...part]));

describe('a packed profile', () => {
  it('round-trips any content', () => {
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 150 });
    const rounded = fc.array(fc.integer({ min: -4000, max: 4000 }), { maxLength: 150 });
    const coefficients = fc.oneof(
      floats.map((values) => Float32Array.from(values, (value) => value + 0)),
      fc
        .tuple(rounded, fc.integer({ min: -30, max: 10 }))
        .map(([all, by]) => Float32Array.from(all, (n) => n * 2 ** by)),
    );
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.maxSafeInteger(),
    );
    const row = fc.record({ id: fc.string(), time: fc.option(fc.nat(8e15)), at: number, readout: coefficients });
    const data = fc.record({ rows: fc.array(row), tables: fc.array(fc.array(row)), number, list: fc.array(number) });
    fc.assert(
      fc.property(data, (given) => {
        expect(unpacked(bytesOf(given))).toEqual(given);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('takes two bytes for a coefficient that was rounded', () => {
    const values = Float32Array.from({ length: 640 }, (_, n) => Math.round(2000 * Math.sin(n)) / 2 ** 9);
    expect(bytesOf(values).length).toBeLessThan(2 * 640 + 80);
    expect(bytesOf(new Float32Array(640)).length).toBeLessThan(80);
  });

  it('is refused before it is unpacked if it has more numbers than any profile: zeros take no bytes', () => {
    const zeros = (size: number, arrays: number): Uint8Array => {
      const exponents = arrays * Math.ceil(size / 64);
      const data = Array.from({ length: arrays }, () => ({ floats: size }));
      const header = new TextEncoder().encode(`${JSON.stringify({ data, counts: [exponents, 0, 0, 0] })}\n`);
      return Uint8Array.from([...header, ...new Uint8Array(exponents).fill(0x80)]);
    };
    expect(unpacked(zeros(65_536, 2))).toEqual([new Float32Array(65_536), new Float32Array(65_536)]);
    expect(() => unpacked(zeros(65_537, 1))).toThrow('more numbers than any profile');
    const made = vi.spyOn(globalThis, 'Float32Array');
    expect(() => unpacked(zeros(65_536, 400))).toThrow('more numbers than any profile');
    expect(made.mock.calls.length).toBeLessThan(400);
    vi.restoreAllMocks();
    const deep = new TextEncoder().encode(`{"data":"${'x'.repeat(2 ** 24)}","counts":[0,0,0,0]}\n`);
    expect(() => unpacked(deep)).toThrow('longer than that of any profile');
    const read = (text: string): unknown => unpacked(new TextEncoder().encode(text));
    expect(() => read('{"data":{"numbers":4000000000},"counts":[0,0,0,0]}\n')).toThrow('numbers are missing');
  });

  it('is refused when numbers are missing or left, or columns differ', () => {
    const good = '{"data":{"floats":1},"counts":[1,1,0,0]}\n\0\0\0';
    const read = (text: string): unknown => unpacked(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    expect(read(good)).toEqual(Float32Array.of(0));
    for (const wrong of [
      good.slice(0, -1),
      good.replace('"floats":1', '"floats":2'),
      good.replace('"floats":1', '"floats":0'),
      good.replace('[1,1', '[-1,1'),
      '{"data":{"table":{"a":[1,2],"b":[1]}},"counts":[0,0,0,0]}\n',
      '{"data":{"table":{"a":1}},"counts":[0,0,0,0]}\n',
      '{"data":1}\n',
      '{}',
    ]) {
      expect(() => read(wrong)).toThrow();
    }
  });
});
