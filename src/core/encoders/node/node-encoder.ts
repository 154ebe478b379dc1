import { SidestreamError } from '../../../error';
import { sha256 } from '../../common/bytes';
import type { ImageEncoder, TextEncoder } from '../encoder';
import { type IntTensor, imageEncoder, textEncoder } from '../onnx-encoder';
import type { ImagePreset, Preset, TextPreset } from '../preset';
import { EncoderSession } from '../session';
import { createTokenizer } from '../tokenizer';
import { exactBatching } from './exact-batching';
import { loadOnnxruntime } from './node-packages';

export interface NodeEncoderFiles {
  /** Contents of `models/<name>.onnx`. */
  onnx: Uint8Array;
  /** Contents of `models/<name>.tokenizer.json`; text encoders only. */
  tokenizer?: string;
}

export interface NodeEncoderOptions {
  /** Threads of one run. Default: as many as the machine has cores. */
  threads?: number;
}

/**
 * An encoder on onnxruntime-node. On one thread, a text gets the same bits whatever texts are encoded with it.
 * @throws SidestreamError `encoder/missing` when the file does not match the preset, or a text encoder lacks its tokeniser;
 *   `encoder/failed` when the session cannot be created; `encoder/not-installed`
 */
export function createNodeEncoder(
  preset: TextPreset,
  files: NodeEncoderFiles,
  options?: NodeEncoderOptions,
): Promise<TextEncoder>;
export function createNodeEncoder(
  preset: ImagePreset,
  files: NodeEncoderFiles,
  options?: NodeEncoderOptions,
): Promise<ImageEncoder>;
export async function createNodeEncoder(
  preset: Preset,
  files: NodeEncoderFiles,
  { threads }: NodeEncoderOptions = {},
): Promise<TextEncoder | ImageEncoder> {
  const { InferenceSession, Tensor } = await loadOnnxruntime();
  const digest = await sha256(new Uint8Array(files.onnx));
  if (digest !== preset.digest)
    throw missing(preset, `models/${preset.name}.onnx is not the file that its preset names`);
  const open = () =>
    InferenceSession.create(files.onnx, {
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    });
  if (preset.modality === 'image') {
    const session = await EncoderSession.create(preset, open, ['node']);
    return imageEncoder(preset, session, (data, dims) => new Tensor('float32', data, dims));
  }
  if (files.tokenizer === undefined) throw missing(preset, `models/${preset.name}.tokenizer.json is missing`);
  const tokenizer = createTokenizer(files.tokenizer, preset);
  const session = await EncoderSession.create(preset, open, ['node']);
  const tensor: IntTensor = (data, dims) => new Tensor('int32', data, dims);
  const batching = await exactBatching({ tokenizer, session, tensor });
  return textEncoder(preset, tokenizer, session, tensor, batching);
}

function missing({ name }: Preset, what: string): SidestreamError {
  return new SidestreamError('encoder/missing', `${what}. Run "sidestream encoders add ${name}".`);
}
