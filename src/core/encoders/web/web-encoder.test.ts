import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_PRESETS } from '../preset';
import { backendsOf } from './web-encoder';

const adapter = (architecture: string, isFallbackAdapter = false) => ({
  requestAdapter: async () => ({ info: { architecture, isFallbackAdapter } }),
});

function webBackends(gpu?: { requestAdapter(): Promise<unknown> }) {
  vi.stubGlobal('navigator', { gpu });
  return backendsOf(DEFAULT_PRESETS.text);
}

describe('the choice of a backend', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('takes WebGPU on a hardware adapter, tries it once more, then wasm', async () => {
    expect(await webBackends(adapter('ampere'))).toEqual(['webgpu', 'webgpu', 'wasm']);
  });

  it.each([
    ['a software adapter', adapter('swiftshader')],
    ['a fallback adapter', adapter('unknown', true)],
    ['no adapter', { requestAdapter: async () => null }],
    ['an adapter request that fails', { requestAdapter: () => Promise.reject(new Error('lost')) }],
    ['no WebGPU', undefined],
  ])('takes wasm with %s', async (_, gpu) => {
    expect(await webBackends(gpu)).toEqual(['wasm']);
  });

  it('takes wasm for an encoder that computes on bytes, unless asked otherwise', async () => {
    const adapted = { pooling: 'mean', bits: 8, compute: 'int8', cosine: 1 } as const;
    expect(await webBackends(adapter('ampere'))).toContain('webgpu');
    expect(await backendsOf({ ...DEFAULT_PRESETS.text, adapted })).toEqual(['wasm']);
    expect(await backendsOf({ ...DEFAULT_PRESETS.text, adapted }, 'webgpu')).toContain('webgpu');
  });
});
