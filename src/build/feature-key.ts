import { createHash } from 'node:crypto';
import type { Preset } from '../encoders';
import { nodeRuntime } from '../encoders/node';

/** Counted up whenever the same input is to give other features, for a reason that no preset or version tells. */
const RECIPE = 1;

/**
 * By what the taps of an input are known: everything that decides about them.
 * @returns a function from a text or the bytes of a picture file to a SHA-256
 */
export async function tapsKey(preset: Preset): Promise<(input: string | Uint8Array) => Buffer> {
  const recipe = JSON.stringify([RECIPE, await nodeRuntime(), preset]);
  return (input) => createHash('sha256').update(recipe).update('\n').update(input).digest();
}

/** By what the rows made of those taps are known. @param projection its digest */
export const rowsKey = (taps: Buffer, projection: string): Buffer =>
  createHash('sha256').update(taps).update(projection).digest();
