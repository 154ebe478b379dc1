import { describe, expect, it } from 'vitest';
import { imageSettings, textSettings } from './settings';

const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const HALF = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

describe('preprocessor_config.json', () => {
  it.each([
    [
      'ViT',
      { size: { height: 224, width: 224 }, resample: 2, ...HALF },
      { size: 224, fit: 'stretch', filter: 'bilinear' },
    ],
    ['ViT, written years ago', { size: 224, resample: 2, ...HALF }, { size: 224, fit: 'stretch', filter: 'bilinear' }],
    [
      'DINOv2',
      {
        size: { shortest_edge: 256 },
        do_center_crop: true,
        crop_size: { height: 224, width: 224 },
        resample: 3,
        ...IMAGENET,
      },
      { size: 224, fit: 'crop', shortestEdge: 256, filter: 'bicubic' },
    ],
    [
      'CLIP, written years ago',
      { size: 224, do_center_crop: true, crop_size: 224, resample: 3, ...IMAGENET },
      { size: 224, fit: 'crop', shortestEdge: 224, filter: 'bicubic' },
    ],
  ])('of %s says how a picture becomes a square', (_, preprocessor, framing) => {
    expect(imageSettings(preprocessor).framing).toEqual(framing);
  });

  it('says how channels are normalised, from pixels 0..1', () => {
    const size = 8;
    const { mean, deviation, scale } = imageSettings({ size, ...IMAGENET }).normalization;
    expect([mean, deviation]).toEqual([IMAGENET.image_mean, IMAGENET.image_std]);
    expect(scale).toBeCloseTo(1, 12);
    const plain = imageSettings({ size, do_normalize: false, ...IMAGENET }).normalization;
    expect(plain).toMatchObject({ mean: [0, 0, 0], deviation: [1, 1, 1] });
    const bytes = imageSettings({ size, do_rescale: false }).normalization;
    expect(bytes.scale).toBe(255);
    expect(imageSettings({ size, rescale_factor: 2 / 255 }).normalization.scale).toBeCloseTo(2, 12);
  });

  it.each([
    [undefined, 'preprocessor_config.json'],
    [{}, 'size'],
    [{ size: { height: 224, width: 336 } }, '224 x 336'],
    [{ size: 224, image_mean: [1] }, 'image_mean'],
  ])('%j is refused by field', (preprocessor, part) => {
    const refusal = { code: 'encoder/bad-settings', message: expect.stringContaining(part) };
    expect(() => imageSettings(preprocessor)).toThrow(expect.objectContaining(refusal));
  });
});

describe('the settings of a text model', () => {
  it('take the smallest of its limits', () => {
    const config = { max_position_embeddings: 512 };
    expect(textSettings({ config }).maxTokens).toBe(512);
    expect(textSettings({ config, tokenizerConfig: { model_max_length: 1e30 } }).maxTokens).toBe(512);
    expect(textSettings({ config, sentence: { max_seq_length: 256 } }).maxTokens).toBe(256);
    expect(textSettings({}).maxTokens).toBe(Number.POSITIVE_INFINITY);
  });

  it('use the declared padding id', () => {
    expect(textSettings({ tokenizer: { padding: { pad_id: 5 } } }).padId).toBe(5);
    expect(textSettings({ tokenizer: { padding: null, added_tokens: [{ id: 1, content: '<pad>' }] } }).padId).toBe(1);
    expect(textSettings({}).padId).toBe(0);
  });

  it('take the pooling of sentence-transformers', () => {
    expect(textSettings({ pooling: { pooling_mode_cls_token: true } }).pooling).toBe('cls');
    expect(textSettings({ pooling: { pooling_mode_mean_tokens: true } }).pooling).toBe('mean');
    expect(textSettings({}).pooling).toBeNull();
  });
});
