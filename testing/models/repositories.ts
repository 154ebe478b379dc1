import type { Dialect } from './dialect';
import { bertModel, CLIP, vitModel } from './tiny-model';
import { SIDE, VOCABULARY } from './tiny-weights';

/** Files of a model by path, as a repository of the hub has them. */
export type Files = Record<string, Uint8Array | string>;

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];

function fewPieces(): string[] {
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  const words = ['shoe', 'dress', 'blue', 'steel', 'water', 'with', 'and', 'a', 'the', 'wood'];
  return [...SPECIAL, ...words.slice(0, 7), ...letters, ...letters.map((x) => `##${x}`)].slice(0, VOCABULARY);
}

/**
 * A WordPiece tokeniser in BERT's manner.
 * @param pieces the special tokens first. Default: letters, digits and a few words
 */
export function tokenizerJson(pieces: readonly string[] = fewPieces()): string {
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  });
}

/** A text model with all its files. */
export function bertRepository(dialect: Dialect): Files {
  return {
    'README.md': '---\nlanguage: en\nlicense: apache-2.0\n---\n# A tiny model\n',
    'config.json': JSON.stringify({ model_type: 'bert', max_position_embeddings: 64 }),
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': JSON.stringify({ model_max_length: 40, pad_token: '[PAD]' }),
    'onnx/model.onnx': bertModel(dialect),
  };
}

/** A vision tower with all its files. */
export function clipRepository(dialect: Dialect): Files {
  return {
    'README.md': '---\nlicense: mit\n---\n',
    'preprocessor_config.json': JSON.stringify({
      do_resize: true,
      size: { shortest_edge: SIDE + 4 },
      do_center_crop: true,
      crop_size: { height: SIDE, width: SIDE },
      resample: 3,
      do_normalize: true,
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
    }),
    'onnx/vision_model.onnx': vitModel(dialect, CLIP, true),
  };
}
