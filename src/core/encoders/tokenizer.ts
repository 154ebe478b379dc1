import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { messageOf, startOf } from '../common/text';
import type { TextPreset } from './preset';

/** Token ids of a batch, padded to its longest text: both [texts, length], row-major. */
interface TokenBatch {
  ids: Int32Array;
  /** 1 for a token, 0 for padding. */
  mask: Int32Array;
  length: number;
}

/** Turns texts into token ids; see `createTokenizer`. */
export interface Tokenizer {
  /** Ids of one text, clipped to the encoder's length. */
  ids(text: string): number[];
  /** Pads the `ids` of several texts to at least one column: even a batch of empty texts needs a shape. */
  padded(rows: readonly number[][]): TokenBatch;
}

/** Token settings of a preset. Default: no prefix, padding id 0. */
export type TokenSettings = Pick<TextPreset, 'maxTokens'> & Partial<Pick<TextPreset, 'prefix' | 'padId'>>;

/** @throws SidestreamError `encoder/unsupported-graph` when the file is not a tokeniser this library knows */
export function createTokenizer(json: string, { maxTokens, prefix = '', padId = 0 }: TokenSettings): Tokenizer {
  const model = parse(json);
  // A token is seldom longer than a word; cutting first keeps one very long text from costing seconds.
  const longest = maxTokens * 32;
  const bare = (text: string): number[] => model.encode(text, { add_special_tokens: false }).ids;
  // Special ones at the end of a text (BERT's `[SEP]`) are kept at the end of a clipped one.
  const { before, after } = specialIds(model.encode(KNOWN).ids, bare(KNOWN));
  const most = maxTokens - before.length - after.length;
  const ids = (text: string) => [...before, ...bare(prefix + startOf(text, longest)).slice(0, most), ...after];
  const padded = (rows: readonly number[][]): TokenBatch => {
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
  };
  return { ids, padded };
}

/** A text of which every tokeniser makes tokens. */
const KNOWN = 'a';

/** The special tokens round a text. @param bare ids without them */
function specialIds(ids: number[], bare: number[]): { before: number[]; after: number[] } {
  const special = ids.length - bare.length;
  let start = 0;
  while (start < special && !bare.every((id, i) => id === ids[start + i])) start++;
  return { before: ids.slice(0, start), after: ids.slice(start + bare.length) };
}

function parse(json: string): HubTokenizer {
  try {
    const file = v.parse(v.looseObject({ model: v.looseObject({ type: v.string() }) }), JSON.parse(json));
    return new HubTokenizer(file, {});
  } catch (cause) {
    const message = `The tokenizer file cannot be read (${messageOf(cause)}). Run "sidestream encoders add" again.`;
    throw new SidestreamError('encoder/unsupported-graph', message, { cause });
  }
}
