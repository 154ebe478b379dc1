import { afterEach, expect, it, vi } from 'vitest';

// The network cannot be made to fail in a unit test, because the module is on disk.
afterEach(() => {
  vi.doUnmock('../../core/labels/locales/fr');
  vi.resetModules();
});

it('a language that could not be loaded is in English, with headings', async () => {
  vi.resetModules();
  vi.doMock('../../core/labels/locales/fr', () => Promise.reject(new Error('offline')));
  const [{ loadTexts, textsIn }, { ENGLISH }] = await Promise.all([import('./labels'), import('../../core/labels')]);
  const attempt = loadTexts('fr-CA');
  expect(textsIn('fr')).toBeNull();
  await expect(attempt).rejects.toThrow();
  expect(textsIn('fr')).toBe(ENGLISH);
});
