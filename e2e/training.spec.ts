import { expect, type Page, test } from '@playwright/test';
import type { Numbers, Trained } from './pages/training';
import { PAGES } from './support/ports';

const PAGE = `${PAGES}/training.html`;
const BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;

function difference(a: number[], b: number[]): number {
  expect(b).toHaveLength(a.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

function expectSame(actual: Numbers, expected: Numbers): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, numbers] of Object.entries(expected)) {
    expect(difference(actual[name], numbers), name).toBeLessThan(1e-3);
  }
}

async function open(page: Page): Promise<void> {
  await page.goto(PAGE);
  await page.waitForFunction(() => 'training' in window);
}

test.describe('training in the browser', () => {
  // A refused WebGPU shader shows in the console alone; the numbers may still look right.
  let complaints: string[];
  test.beforeEach(async ({ page }) => {
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'warning' || message.type() === 'error') complaints.push(message.text());
    });
    await open(page);
  });
  test.afterEach(() => expect(complaints).toEqual([]));

  test('a step of the whole model is the same on cpu, wasm and WebGPU', async ({ page }) => {
    const results: Trained[] = [];
    for (const backend of BACKENDS) {
      results.push(await page.evaluate((wanted) => window.training.model(wanted), backend));
    }
    expect(results.map(({ backend }) => backend)).toEqual([...BACKENDS]);
    const [cpu] = results;
    expect(cpu.loss).toBeGreaterThan(0);
    for (const result of results) {
      expect(Math.abs(result.loss - cpu.loss)).toBeLessThan(1e-3);
      expectSame(result.gradients, cpu.gradients);
      expectSame(result.weights, cpu.weights);
      expect(result.leaked).toBe(0);
    }
  });

  test('on a software adapter wasm is chosen, and no other backend is fetched', async ({ page }) => {
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    expect(await page.evaluate(() => window.training.choose())).toBe('wasm');
    expect(fetched.some((url) => /tfjs-backend-wasm-simd-.*\.wasm/.test(url))).toBe(true);
    expect(fetched.filter((url) => /backend-(webgpu|cpu)|threaded/.test(url))).toEqual([]);
  });
});
