import type { TypedTensor } from 'onnxruntime-web';
import { inChunks } from './chunks';
import type { TextEncoder } from './encoder';
import type { TextPreset } from './preset';
import type { Session } from './session';
import type { Tokenizer } from './tokenizer';

/** Makes an int32 tensor of the runtime in use. */
export type IntTensor = (data: Int32Array, dims: number[]) => TypedTensor<'int32'>;

/** Texts of one run; more only makes the padding and the memory grow. */
const CHUNK = 32;

/** A text encoder over a session with the inputs `input_ids` and `attention_mask`, int32 [texts, tokens]. */
export function textEncoder(
  preset: TextPreset,
  tokenizer: Tokenizer,
  session: Session,
  tensor: IntTensor,
): TextEncoder {
  return {
    preset,
    get backend() {
      return session.backend;
    },
    encode: (texts) =>
      inChunks(preset, texts, CHUNK, (chunk) => {
        const { ids, mask, length } = tokenizer.batch(chunk);
        const dims = [chunk.length, length];
        return session.run({ input_ids: tensor(ids, dims), attention_mask: tensor(mask, dims) });
      }),
    release: () => session.release(),
  };
}
