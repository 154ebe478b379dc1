import { SidestreamError } from '../../../error';
import type { BundleFile, Manifest, Modality } from './manifest-schema';

/** Files of an encoder, with which the browser encodes an item that has no features yet. */
export interface EncoderFiles {
  onnx: ArrayBuffer;
  tokenizer?: string;
}

/**
 * Reads the encoder of a modality.
 * @param files fetches files of the bundle and checks them
 * @throws SidestreamError `encoder/missing` when the bundle was built without encoders
 */
export async function readEncoder(
  manifest: Manifest,
  modality: Modality,
  files: (wanted: BundleFile[]) => Promise<ArrayBuffer[]>,
): Promise<EncoderFiles> {
  const { encoder } = manifest.modalities[modality];
  if (!encoder) {
    throw new SidestreamError(
      'encoder/missing',
      `This bundle has no ${modality} encoder, so new items cannot be encoded here. Build it without --no-encoders.`,
    );
  }
  const [onnx, tokenizer] = await files(encoder.tokenizer ? [encoder.onnx, encoder.tokenizer] : [encoder.onnx]);
  return tokenizer ? { onnx, tokenizer: new TextDecoder().decode(tokenizer) } : { onnx };
}
