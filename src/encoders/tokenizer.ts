import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { SidestreamError } from '../error';
import type { TextPreset } from './preset';

/** Token ids of a batch, padded to its longest text: both [texts, length], row-major. */
export interface TokenBatch {
  ids: Int32Array;
  /** 1 for a token, 0 for padding. */
  mask: Int32Array;
  length: number;
}

/** Turns texts into token ids; see `createTokenizer`. */
export interface Tokenizer {
  /** Ids of one text, clipped to the encoder's length. */
  ids(text: string): number[];
  /** Ids of several texts; at least one column, so that a batch of empty texts still has a shape. */
  batch(texts: string[]): TokenBatch;
}

/** Token settings of a preset. Default: no prefix, padding id 0. */
export type TokenSettings = Pick<TextPreset, 'maxTokens'> & Partial<Pick<TextPreset, 'prefix' | 'padId'>>;

/**
 * @param json contents of a `tokenizer.json`
 * @throws SidestreamError `encoder/unsupported-graph` when the file is not a tokeniser this library knows
 */
export function createTokenizer(json: string, { maxTokens, prefix = '', padId = 0 }: TokenSettings): Tokenizer {
  const model = parse(json);
  // A token is seldom longer than a word; cutting first keeps one very long text from costing seconds.
  const longest = maxTokens * 32;
  const ids = (text: string) => clipped(model, prefix + text.slice(0, longest), maxTokens);
  return {
    ids,
    batch(texts) {
      const rows = texts.map(ids);
      const length = rows.reduce((max, row) => Math.max(max, row.length), 1);
      const batch = {
        ids: new Int32Array(rows.length * length).fill(padId),
        mask: new Int32Array(rows.length * length),
        length,
      };
      for (const [i, row] of rows.entries()) {
        batch.ids.set(row, i * length);
        batch.mask.fill(1, i * length, i * length + row.length);
      }
      return batch;
    },
  };
}

/** The first tokens of a text; special ones at its end (BERT's `[SEP]`) are kept at the end. */
function clipped(model: HubTokenizer, text: string, maxTokens: number): number[] {
  const { ids } = model.encode(text);
  if (ids.length <= maxTokens) return ids;
  const bare = model.encode(text, { add_special_tokens: false }).ids;
  const special = ids.length - bare.length;
  let before = 0;
  while (before < special && !bare.every((id, i) => id === ids[before + i])) before++;
  const after = ids.slice(before + bare.length);
  return [...ids.slice(0, maxTokens - after.length), ...after];
}

function parse(json: string): HubTokenizer {
  try {
    const data = v.parse(v.looseObject({ model: v.looseObject({ type: v.string() }) }), JSON.parse(json));
    return new HubTokenizer(data, {});
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The tokenizer file cannot be read (${why}). Run "sidestream encoders add" again.`;
    throw new SidestreamError('encoder/unsupported-graph', message, { cause });
  }
}
