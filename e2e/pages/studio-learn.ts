import { proxy, wrap } from 'comlink';
import { studioFolder } from '../../apps/studio/files/opfs';
import { storedLearned, storedLog } from '../../apps/studio/learn/stored';
import type { LearnReport, LearnUpdate, LearnWorker, LogReport, Progress } from '../../apps/studio/session';
import { carryErrors } from '../../src/device/protocol';
import { SidestreamError } from '../../src/error';

/** The calls of e2e/studio-learn.spec.ts in this page. */
export interface StudioLearnPage {
  /** Puts files of the page's server into the folder of the bundle. */
  putBundle(base: string, names: string[]): Promise<void>;
  readLog(address: string, name: string): Promise<{ report: LogReport; progress: Progress[] } | string>;
  /** @param stopAfter number of reported epochs after which it is stopped */
  train(stopAfter?: number): Promise<{ report: LearnReport; updates: LearnUpdate[]; seconds: number } | string>;
  stored(): Promise<{ log: LogReport | null; learned: LearnReport | null }>;
  /** Names of the files in a folder of Studio, and the text of the kept events. */
  kept(): Promise<{ bundle: string[]; log: string[]; events: string }>;
}

declare global {
  interface Window {
    studioLearn: StudioLearnPage;
  }
}

carryErrors();
const worker = wrap<LearnWorker>(
  new Worker(new URL('../../apps/studio/learn/learn-worker.ts', import.meta.url), { type: 'module' }),
);
const words = (thrown: unknown): string => {
  const { code, message } = SidestreamError.from(thrown);
  return `${code}: ${message}`;
};

window.studioLearn = {
  async putBundle(base, names) {
    const folder = await studioFolder('bundle');
    for (const name of names) {
      await folder.write(name, new Uint8Array(await (await fetch(`${base}/${name}`)).arrayBuffer()));
    }
  },
  async readLog(address, name) {
    const progress: Progress[] = [];
    try {
      const file = new File([await (await fetch(address)).blob()], name);
      const report = await worker.readLog(
        file,
        {},
        proxy((now: Progress) => void progress.push(now)),
      );
      return { report, progress };
    } catch (thrown) {
      return words(thrown);
    }
  },
  async train(stopAfter) {
    const updates: LearnUpdate[] = [];
    const started = performance.now();
    try {
      const report = await worker.train(
        proxy((update: LearnUpdate) => {
          updates.push(update);
          if (stopAfter !== undefined && update.epochs.length >= stopAfter) void worker.stop();
        }),
      );
      return { report, updates, seconds: (performance.now() - started) / 1000 };
    } catch (thrown) {
      return words(thrown);
    }
  },
  stored: async () => ({ log: await storedLog(), learned: await storedLearned() }),
  async kept() {
    const log = await studioFolder('log');
    const events = await log.file('events.jsonl.gz');
    const text = events ? await new Response(events.stream().pipeThrough(new DecompressionStream('gzip'))).text() : '';
    return { bundle: await (await studioFolder('bundle')).names(), log: await log.names(), events: text };
  },
};
