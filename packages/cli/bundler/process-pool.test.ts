import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { until } from '../../../testing/commands';
import { nightly } from '../../../testing/nightly';
import { childProcesses } from '../../../testing/processes';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { localRunner } from './process-pool';

const source = { presets: DEFAULT_PRESETS, models: MODELS_FOLDER };
const chunks = Array.from({ length: 6 }, (_, n) => ({
  modality: 'text' as const,
  inputs: [`red shoe ${n}`, `a hammer of steel, number ${n}`],
}));

const pool = localRunner(source, 2);
afterAll(() => pool.close());

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended before the kill.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

describe.skipIf(process.platform !== 'linux')('localRunner (skipped without /proc)', () => {
  nightly('gives the chunk of a killed process to another, and the same outputs as one process', async () => {
    const here = localRunner(source, 1);
    const expected = await Promise.all(chunks.map((chunk) => here.run(chunk, null)));
    await here.close();

    const outputs = Promise.all(chunks.map((chunk) => pool.run(chunk, null)));
    await until('a process runs', () => childProcesses('chunk-worker').length > 0);
    kill(childProcesses('chunk-worker')[0]);
    expect(await outputs).toEqual(expected);
    expect(childProcesses('chunk-worker')).toHaveLength(2);
  });

  it('gives up a chunk over which one process after another dies', async () => {
    // New ones take a while to start, so none gets to answer.
    const starting = localRunner(source, 2);
    const outputs = starting.run(chunks[0], null);
    let busy = true;
    const killing = until('the chunk is given up', () => {
      for (const pid of childProcesses('chunk-worker')) kill(pid);
      return !busy;
    });
    await expect(outputs.finally(() => (busy = false))).rejects.toMatchObject({
      code: 'build/worker-lost',
      message: expect.stringContaining('SIGKILL'),
    });
    await killing;
    await starting.close();
  });

  it('passes on errors of encoding', async () => {
    const lost = localRunner({ ...source, models: '/nowhere' }, 2);
    await expect(lost.run(chunks[0], null)).rejects.toMatchObject({ code: 'encoder/missing' });
    await lost.close();
  });
});
