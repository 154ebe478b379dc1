import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { messageOf, startOf } from '../common/text';
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
  /** Pads the `ids` of several texts to at least one column: even a batch of empty texts needs a shape. */
  padded(rows: readonly number[][]): TokenBatch;
}

/** Token settings of a preset. Default: no prefix, padding id 0. */
export type TokenSettings = Pick<TextPreset, 'maxTokens'> & Partial<Pick<TextPreset, 'prefix' | 'padId'>>;

/** @throws SidestreamError `encoder/unsupported-graph` when the file is not a tokeniser this library knows */
export function createTokenizer(json: string, { maxTokens, prefix = '', padId = 0 }: TokenSettings): Tokenizer {
  const { model, file } = parse(json);
  // A token is seldom longer than a word; cutting first keeps one very long text from costing seconds.
  const longest = maxTokens * 32;
  const lookUp: BareIds = (text) => model.encode(text, { add_special_tokens: false }).ids;
  const bare = wordIds(lookUp, file) ?? lookUp;
  // Special ones at the end of a text (BERT's `[SEP]`) are kept at the end of a clipped one.
  const { before, after } = specialIds(model.encode(KNOWN).ids, lookUp(KNOWN, maxTokens));
  const most = maxTokens - before.length - after.length;
  const ids = (text: string) => [...before, ...bare(prefix + startOf(text, longest), most).slice(0, most), ...after];
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

function parse(json: string): { model: HubTokenizer; file: unknown } {
  try {
    const file = v.parse(v.looseObject({ model: v.looseObject({ type: v.string() }) }), JSON.parse(json));
    return { model: new HubTokenizer(file, {}), file };
  } catch (cause) {
    const message = `The tokenizer file cannot be read (${messageOf(cause)}). Run "sidestream encoders add" again.`;
    throw new SidestreamError('encoder/unsupported-graph', message, { cause });
  }
}

/** Ids of a text without special tokens: all of them, or at least the first `most`. */
type BareIds = (text: string, most: number) => number[];

/** Maximum number of cached words, more than a catalogue has. A full cache is cleared. */
const MAX_WORDS = 50_000;
/** Maximum length of a cached word, characters. */
const MAX_WORD_LENGTH = 64;
/** Stands for a space in the pieces of a Unigram model. */
const SPACE = '▁';

const common = { added_tokens: v.array(v.looseObject({ content: v.string() })) };
/** BERT: a letter's treatment depends on no letter beyond the next space. */
const bert = v.looseObject({
  ...common,
  normalizer: v.nullish(v.looseObject({ type: v.literal('BertNormalizer') })),
  pre_tokenizer: v.looseObject({ type: v.literal('BertPreTokenizer') }),
  model: v.looseObject({ type: v.literal('WordPiece') }),
});
/** SentencePiece: every word includes the preceding space, and no piece extends beyond the next space. */
const unigram = v.looseObject({
  ...common,
  normalizer: v.looseObject({
    type: v.literal('Sequence'),
    normalizers: v.strictTuple([
      v.looseObject({ type: v.literal('NFKC') }),
      v.looseObject({
        type: v.literal('Replace'),
        pattern: v.looseObject({ Regex: v.literal('\\s+') }),
        content: v.literal(' '),
      }),
      v.looseObject({ type: v.literal('Strip'), strip_left: v.literal(true), strip_right: v.literal(true) }),
    ]),
  }),
  pre_tokenizer: v.looseObject({
    type: v.literal('Metaspace'),
    replacement: v.literal(SPACE),
    prepend_scheme: v.literal('always'),
  }),
  model: v.looseObject({
    type: v.literal('Unigram'),
    vocab: v.pipe(
      v.array(v.looseTuple([v.string()])),
      v.check(
        (vocab) => vocab.every(([piece]) => !piece.includes(SPACE, 1)) && vocab.some(([piece]) => piece === SPACE),
      ),
    ),
  }),
});
const wordwise = v.pipe(
  v.union([bert, unigram]),
  v.check(({ added_tokens: added }) => added.every(({ content }) => !/\s/.test(content))),
);

/**
 * Ids word by word, which looks up each word of a catalogue only once and takes a tenth of the time or less. The text after the last
 * token wanted is ignored.
 * @param file the file of the tokeniser
 * @returns null if the ids of a text are not the concatenated ids of its words
 */
function wordIds(lookUp: BareIds, file: unknown): BareIds | null {
  const parsed = v.safeParse(wordwise, file);
  if (!parsed.success) return null;
  const known = new Map<string, readonly number[]>();
  const isUnigram = parsed.output.model.type === 'Unigram';
  const ofWord = (word: string): readonly number[] => {
    const found = known.get(word);
    if (found) return found;
    const ids = lookUp(word, Number.POSITIVE_INFINITY);
    if (word.length > MAX_WORD_LENGTH) return ids;
    if (known.size >= MAX_WORDS) known.clear();
    known.set(word, ids);
    return ids;
  };
  return (text, most) => {
    // The sign itself in a text is taken for a space, but not at the start of a word.
    if (isUnigram && text.includes(SPACE)) return lookUp(text, most);
    const ids: number[] = [];
    for (const word of text.split(' ')) {
      if (word === '') continue;
      for (const id of ofWord(word)) ids.push(id);
      if (ids.length >= most) break;
    }
    return ids;
  };
}
