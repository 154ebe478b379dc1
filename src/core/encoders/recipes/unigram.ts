import * as v from 'valibot';
import { SidestreamError } from '../../../error';

const vocabularySchema = v.pipe(v.array(v.tuple([v.string(), v.nullable(v.number())])), v.minLength(7));

/** Unknown, control and user-defined symbols at the start of the vocabulary; they never stand for text. */
const RESERVED = 6;

/**
 * Writes the SentencePiece vocabulary of the encoder as a `tokenizer.json` with a Unigram model. Text is NFKC-normalised,
 * runs of white space become one space and the ends are trimmed, as SentencePiece's own `nmt_nfkc` rule does.
 * @param vocabulary list of [piece, log probability], likely pieces first; the package lost a few probabilities
 * (null), which are taken from the piece before
 * @throws SidestreamError `encoder/unsupported-graph`
 */
export function unigramTokenizer(vocabulary: unknown): string {
  const parsed = v.safeParse(vocabularySchema, vocabulary);
  if (!parsed.success) {
    throw new SidestreamError(
      'encoder/unsupported-graph',
      `The vocabulary is not a list of [piece, score]: ${parsed.issues[0].message}. Install the package again.`,
    );
  }
  // A plain space never reaches the model, so reserved symbols under such names cannot match any text.
  let before = 0;
  const vocab = parsed.output.map(([piece, score], id) => {
    before = score ?? before;
    return [id > 0 && id < RESERVED ? `reserved ${id}` : piece, before];
  });
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFKC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Strip', strip_left: true, strip_right: true },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    model: { type: 'Unigram', unk_id: 0, vocab, byte_fallback: false },
  });
}
