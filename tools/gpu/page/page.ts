import { wrap } from 'comlink';
import { type Adapter, adapterHere, type Findings, type Part } from '../findings';
import type { SizeName } from '../host';
import { compareQueries } from './queries';
import type { Measuring } from './worker';

/** The calls of `npm run gpu` in this page. */
export interface GpuPage {
  /** This browser's adapter; null without WebGPU or without an adapter. */
  adapter(): Promise<Adapter | null>;
  /** Measures one part, queries of `find()` included, in separate workers, which end afterwards, because a wasm heap never shrinks. */
  measure(part: Part, sizes: SizeName): Promise<Findings>;
}

declare global {
  interface Window {
    gpu: GpuPage;
  }
}

window.gpu = {
  adapter: adapterHere,
  async measure(part, sizes) {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener('error', ({ message }) => reject(new Error(message || 'The worker did not load.')));
    });
    try {
      const { checks, times, notes } = await Promise.race([wrap<Measuring>(worker).measure(part, sizes), broken]);
      const queries = await compareQueries(part);
      return { checks: [...checks, ...queries.checks], times: [...times, ...queries.times], notes };
    } finally {
      worker.terminate();
    }
  },
};
