import * as v from 'valibot';
import { sha256 } from '../../../../src/core/common/bytes';
import { SidestreamError } from '../../../../src/error';
import { decodeSafetensors, encodeSafetensors } from '../model/safetensors';
import type { Weights } from '../model/weights';

/** A file that a training keeps between runs, wherever that is: on a disk, or in a browser's private file system. */
export interface KeptBytes {
  name: string;
  /** The bytes of the file; null if it does not exist. */
  read(): Promise<Uint8Array | null>;
  /** Replaces it, completely or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Weights and their description as one safetensors file that holds its own digest: a changed bit would train on unnoticed. */
export async function encodeKept(weights: Weights, format: string, about: object): Promise<Uint8Array<ArrayBuffer>> {
  const metadata = { format, about: JSON.stringify(about) };
  return encodeSafetensors(weights, { ...metadata, digest: await digestOf(weights, metadata) });
}

/** Of each weight on its own: a copy of all weights of a large catalogue is a gigabyte. */
async function digestOf(weights: Weights, metadata: Record<string, string>): Promise<string> {
  const parts: string[] = [JSON.stringify(metadata)];
  for (const name of Object.keys(weights).sort()) {
    parts.push(name, await sha256(encodeSafetensors({ [name]: weights[name] })));
  }
  return sha256(new TextEncoder().encode(parts.join('\n')));
}

/**
 * Reads a file of `encodeKept`.
 * @throws SidestreamError `model/bad-weights` if it is damaged, of another format, or its description does not fit the schema
 */
export async function decodeKept<Schema extends v.GenericSchema>(
  bytes: Uint8Array,
  format: string,
  schema: Schema,
): Promise<{ weights: Weights; about: v.InferOutput<Schema> }> {
  const { weights, metadata } = decodeSafetensors(bytes);
  const { digest, ...rest } = metadata;
  if (rest.format !== format) throw badKept('it holds something else');
  if ((await digestOf(weights, rest)) !== digest) throw badKept('its checksum differs');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), rest.about);
  if (!parsed.success) throw badKept(`${v.getDotPath(parsed.issues[0]) ?? 'its description'} does not fit`);
  return { weights, about: parsed.output };
}

export const badKept = (reason: string): SidestreamError =>
  new SidestreamError(
    'model/bad-weights',
    `These are not the weights that a training kept: ${reason}. Train from scratch.`,
  );
