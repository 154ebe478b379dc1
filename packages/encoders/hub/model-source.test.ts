import { describe, expect, it } from 'vitest';
import { cardLicense } from './model-source';

describe('the licence of a model card', () => {
  it.each([
    ['---\nlanguage: en\nlicense: apache-2.0\ntags:\n- a\n---\n# Model', 'Apache-2.0'],
    ['---\r\nlicense: "mit"\r\n---\r\n', 'MIT'],
    ['---\nlicense:\n- cc-by-nc-4.0\n---\n', 'CC-BY-NC-4.0'],
    ['---\nlicense: other\nlicense_name: gemma\n---\n', 'gemma'],
    ['---\nlicense: openrail++\n---\n', 'openrail++'],
  ])('is read from %j', (card, expected) => {
    expect(cardLicense(card)).toBe(expected);
  });

  it.each(['', '# Model\nlicense: mit', '---\ntags: []\n---\nlicense: mit', '---\nlicense: unknown\n---\n'])(
    'is not guessed from %j',
    (card) => {
      expect(cardLicense(card)).toBeNull();
    },
  );
});
