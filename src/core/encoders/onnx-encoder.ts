import type { TypedTensor } from 'onnxruntime-web';
import { SidestreamError } from '../../error';
import { grouped } from '../common/grouped';
import type { ImagePreset, Preset, TextPreset } from './preset';
import type { EncoderSession, ImageEncoder, RawTaps, TextEncoder } from './session';
import type { Tokenizer } from './tokenizer';

/** Creates a float32 tensor of the runtime in use. */
export type FloatTensor = (data: Float32Array, dims: number[]) => TypedTensor<'float32'>;

/**
 * Pictures per run of the session. A model that computes on bytes may take their range from the whole batch, so it gets one.
 * Each takes 600 KB of pixels and some 20 MB of activations. */
const PICTURES_PER_RUN = 8;

/** An image encoder over a session with the input `pixels`. */
export function imageEncoder(preset: ImagePreset, session: EncoderSession, tensor: FloatTensor): ImageEncoder {
  const { size } = preset;
  const length = 3 * size * size;
  return {
    preset,
    get backend() {
      return session.backend;
    },
    encode(pictures) {
      const rows = [...pictures.keys()];
      const step = preset.adapted?.compute === 'int8' ? 1 : PICTURES_PER_RUN;
      const starts = rows.filter((row) => row % step === 0);
      const runs = starts.map((start) => rows.slice(start, start + step));
      return inRuns(preset, pictures.length, runs, (run) => {
        const pixels = new Float32Array(run.length * length);
        for (const [i, row] of run.entries()) {
          const picture = pictures[row];
          if (picture.length !== length) {
            const message = `A picture for "${preset.name}" must be 3 x ${size} x ${size} values; got ${picture.length}.`;
            throw new SidestreamError('encoder/bad-image', message);
          }
          pixels.set(picture, i * length);
        }
        return session.run({ pixels: tensor(pixels, [run.length, 3, size, size]) });
      });
    },
    release: () => session.release(),
  };
}

/** Creates an int32 tensor of the runtime in use. */
export type IntTensor = (data: Int32Array, dims: number[]) => TypedTensor<'int32'>;

/**
 * A text encoder over a session with the inputs `input_ids` and `attention_mask`, int32 [texts, tokens].
 * @param batching which texts of one call run together
 */
export function textEncoder(
  preset: TextPreset,
  tokenizer: Tokenizer,
  session: EncoderSession,
  tensor: IntTensor,
  batching: Batching,
): TextEncoder {
  return {
    preset,
    get backend() {
      return session.backend;
    },
    async encode(texts) {
      const tokens = texts.map((text) => tokenizer.ids(text));
      return inRuns(preset, texts.length, batching(tokens.map(({ length }) => length)), (run) =>
        runTokens(
          run.map((n) => tokens[n]),
          { tokenizer, session, tensor },
        ),
      );
    },
    release: () => session.release(),
  };
}

/** One run of the session over texts, given by their token ids. */
export function runTokens(
  rows: readonly number[][],
  { tokenizer, session, tensor }: { tokenizer: Tokenizer; session: EncoderSession; tensor: IntTensor },
): Promise<RawTaps> {
  const { ids, mask, length } = tokenizer.padded(rows);
  const dims = [rows.length, length];
  return session.run({ input_ids: tensor(ids, dims), attention_mask: tensor(mask, dims) });
}

/**
 * Encodes a batch run by run, which keeps memory independent of its length.
 * @param runs indices into the batch
 * @returns taps of the whole batch, [batch * width] each; empty arrays for an empty batch
 */
async function inRuns(
  preset: Preset,
  count: number,
  runs: readonly number[][],
  encode: (run: number[]) => Promise<RawTaps>,
): Promise<RawTaps> {
  const whole = preset.taps.map(({ width }) => new Float32Array(count * width));
  for (const run of runs) {
    const taps = await encode(run);
    for (const [t, { width }] of preset.taps.entries()) {
      for (const [row, n] of run.entries()) whole[t].set(taps[t].subarray(row * width, (row + 1) * width), n * width);
    }
  }
  return whole;
}

/** Chooses which texts run together, by their numbers of tokens. @returns indices of the texts, run by run */
export type Batching = (lengths: readonly number[]) => number[][];

/** Maximum number of texts per run; more would only use more memory. */
const MAX_TEXTS = 32;
/** Number of tokens per run beyond which more tokens save no time: the weights are read once per run. */
const ENOUGH_TOKENS = 256;

/** Runs texts of similar length together, padded to the longest of them. */
export const similarLengths: Batching = (lengths) => {
  const sorted = byLength(lengths);
  return evenly(sorted, Math.ceil(sorted.length / MAX_TEXTS));
};

/** Runs texts of equal length together, without padding. */
export const equalLengths: Batching = (lengths) => sameLengths(lengths, 1);

/**
 * The same, but without batches of one text: a text whose length is unique is repeated. A graph may sum the tokens of a
 * single text in a different order than the tokens of several.
 */
export const equalLengthsInPairs: Batching = (lengths) =>
  sameLengths(lengths, 2).map((run) => (run.length === 1 ? [run[0], run[0]] : run));

export const alone: Batching = (lengths) => lengths.map((_, n) => [n]);

/** @param least minimum number of texts per run, if enough have the same length */
function sameLengths(lengths: readonly number[], least: number): number[][] {
  return [...grouped(byLength(lengths), (n) => lengths[n])].flatMap(([length, group]) => {
    const most = Math.min(MAX_TEXTS, Math.max(least, Math.floor(ENOUGH_TOKENS / Math.max(1, length))));
    const runs = Math.ceil(group.length / most);
    return evenly(group, Math.max(1, Math.min(runs, Math.floor(group.length / least))));
  });
}

const byLength = (lengths: readonly number[]): number[] =>
  lengths.map((_, n) => n).sort((a, b) => lengths[a] - lengths[b]);

/** Cuts a list into parts whose sizes differ by one or less. */
function evenly(list: number[], parts: number): number[][] {
  const cut = (part: number): number => Math.round((part * list.length) / parts);
  return Array.from({ length: parts }, (_, part) => list.slice(cut(part), cut(part + 1)));
}
