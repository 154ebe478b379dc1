import { describe, expect, it, vi } from 'vitest';
import { DEFAULT_PRESETS } from '../preset';
import { backendsOf, decodeImage, type GpuAdapterSource } from './web-encoder';

const adapter = (architecture: string, isFallbackAdapter = false) => ({
  requestAdapter: async () => ({ info: { architecture, isFallbackAdapter } }),
});

const webBackends = (gpu?: GpuAdapterSource) => backendsOf(DEFAULT_PRESETS.text, undefined, gpu);

describe('the choice of a backend', () => {
  it('takes WebGPU on a hardware adapter, tries it once more, then wasm', async () => {
    expect(await webBackends(adapter('ampere'))).toEqual(['webgpu', 'webgpu', 'wasm']);
  });

  it('treats an adapter without information as hardware', async () => {
    expect(await webBackends({ requestAdapter: async () => ({}) })).toContain('webgpu');
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
    const gpu = adapter('ampere');
    const adapted = { pooling: 'mean', bits: 8, compute: 'int8', cosine: 1 } as const;
    expect(await backendsOf(DEFAULT_PRESETS.text, undefined, gpu)).toContain('webgpu');
    expect(await backendsOf({ ...DEFAULT_PRESETS.text, adapted }, undefined, gpu)).toEqual(['wasm']);
    expect(await backendsOf({ ...DEFAULT_PRESETS.text, adapted }, 'webgpu', gpu)).toContain('webgpu');
  });
});

it('says what to do in a browser without OffscreenCanvas', async () => {
  vi.stubGlobal('createImageBitmap', async () => ({ width: 1, height: 1, close: () => undefined }));
  vi.stubGlobal('OffscreenCanvas', undefined);
  await expect(decodeImage(new Blob(), DEFAULT_PRESETS.image)).rejects.toMatchObject({
    code: 'encoder/failed',
    message: expect.stringContaining('Update it'),
  });
  vi.unstubAllGlobals();
});
