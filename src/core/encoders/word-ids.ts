import type { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';

/** Ids of a text without special tokens: all of them, or at least the first `most`. */
export type BareIds = (text: string, most: number) => number[];

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
 * Ids word by word, which looks up each word of a catalogue only once and takes a tenth of the time or less.
 * @param file the file of the tokeniser
 * @returns null if the ids of a text are not the concatenated ids of its words
 */
export function wordIds(model: HubTokenizer, file: unknown): BareIds | null {
  const parsed = v.safeParse(wordwise, file);
  if (!parsed.success) return null;
  const known = new Map<string, readonly number[]>();
  const lookUp = (text: string): number[] => model.encode(text, { add_special_tokens: false }).ids;
  const isUnigram = parsed.output.model.type === 'Unigram';
  const ofWord = (word: string): readonly number[] => {
    const found = known.get(word);
    if (found) return found;
    const ids = lookUp(word);
    if (word.length > MAX_WORD_LENGTH) return ids;
    if (known.size >= MAX_WORDS) known.clear();
    known.set(word, ids);
    return ids;
  };
  return (text, most) => {
    // The sign itself in a text is taken for a space, but not at the start of a word.
    if (isUnigram && text.includes(SPACE)) return lookUp(text);
    const ids: number[] = [];
    for (const word of text.split(' ')) {
      if (word === '') continue;
      for (const id of ofWord(word)) ids.push(id);
      if (ids.length >= most) break;
    }
    return ids;
  };
}
