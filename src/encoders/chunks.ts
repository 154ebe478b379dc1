import type { RawTaps } from './encoder';
import type { Preset } from './preset';

/**
 * Encodes a long batch piece by piece, so that its memory does not grow with its length.
 * @returns taps of the whole batch, [batch * width] each; empty arrays for an empty batch
 */
export async function inChunks<Input>(
  preset: Preset,
  batch: Input[],
  size: number,
  encode: (chunk: Input[]) => Promise<RawTaps>,
): Promise<RawTaps> {
  const whole = preset.taps.map(({ width }) => new Float32Array(batch.length * width));
  for (let start = 0; start < batch.length; start += size) {
    const taps = await encode(batch.slice(start, start + size));
    for (const [t, { width }] of preset.taps.entries()) whole[t].set(taps[t], start * width);
  }
  return whole;
}
