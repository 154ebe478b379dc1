import { getBackend } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { AdapterSource } from './adapter';
import { candidateBackends, chooseBackend } from './backend';

const adapter = (architecture: string, isFallbackAdapter = false): AdapterSource => ({
  requestAdapter: async () => ({ info: { architecture, isFallbackAdapter } }),
});

describe('the choice of a compute backend', () => {
  test('WebGPU comes first on a hardware adapter', async () => {
    expect(await candidateBackends(adapter('ampere'))).toEqual(['webgpu', 'wasm', 'cpu']);
    expect(await candidateBackends({ requestAdapter: async () => ({}) })).toEqual(['webgpu', 'wasm', 'cpu']);
  });

  const without: [string, AdapterSource | undefined][] = [
    ['a software adapter', adapter('swiftshader')],
    ['a fallback adapter', adapter('unknown', true)],
    ['no adapter', { requestAdapter: async () => null }],
    ['an adapter request that fails', { requestAdapter: () => Promise.reject(new Error('lost')) }],
    ['no WebGPU', undefined],
  ];
  test.each(without)('wasm comes first with %s', async (_, gpu) => {
    expect(await candidateBackends(gpu)).toEqual(['wasm', 'cpu']);
  });

  test('a wanted backend is set without probing; one that cannot start is refused', async () => {
    expect(await chooseBackend('cpu')).toBe('cpu');
    expect(getBackend()).toBe('cpu');
    await expect(chooseBackend('webgpu')).rejects.toMatchObject({ code: 'runtime/unexpected' });
  });
});
