import { afterEach, expect, it, vi } from 'vitest';

// The network cannot be made to fail in a unit test, because the module is on disk.
afterEach(() => {
  vi.doUnmock('../../core/labels/locales/fr');
  vi.resetModules();
});

it('a language that could not be loaded is in English, with headings', async () => {
  vi.resetModules();
  vi.doMock('../../core/labels/locales/fr', () => Promise.reject(new Error('offline')));
  const [{ PAGE_TEXTS }, { ENGLISH }] = await Promise.all([import('./labels'), import('../../core/labels')]);
  const attempt = PAGE_TEXTS.load('fr-CA');
  expect(PAGE_TEXTS.in('fr')).toBeNull();
  await expect(attempt).rejects.toThrow();
  expect(PAGE_TEXTS.in('fr')).toBe(ENGLISH);
});
