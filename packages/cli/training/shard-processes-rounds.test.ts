import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../../src/core/common/random';
import { useBackend } from '../../../testing/backends';
import { startSidestream, until } from '../../../testing/commands';
import { childProcesses } from '../../../testing/processes';
import { threeGroups } from '../../../testing/three-groups';
import { sequencesFrom, sideFeatures, trainEpochs } from '../../shop/training/side';
import { localShards, queuedShards } from '.';

vi.setConfig({ testTimeout: 120_000 });

const { index } = threeGroups(60);
const random = seededRandom(3);
const lists = Array.from({ length: 60 }, (_, n) =>
  Array.from(new Set(Array.from({ length: 9 }, () => 3 * Math.floor(20 * random() ** 1.5) + (n % 3)))),
);
const settings = { width: 6, hidden: 8, decays: [0.5, 0.9], learningRate: 0.03, negatives: 40, epochs: 6 };
type Shards = NonNullable<Parameters<typeof trainEpochs>[0]['shards']>;
const train = (shards?: Shards, onEpoch?: () => void) =>
  trainEpochs({
    features: sideFeatures(index),
    sequences: sequencesFrom(lists.slice(0, 50)),
    heldOut: lists.slice(50).map((rows) => Int32Array.from(rows)),
    seed: 1,
    settings,
    shards,
    ...(onEpoch && { onEpoch }),
  });

beforeAll(() => useBackend('wasm'));

describe.skipIf(process.platform !== 'linux')('shards (skipped without /proc)', () => {
  let expected: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    expected = await train({ count: 2, start: localShards(2) });
  }, 60_000);

  it('learn about as much as one process', async () => {
    const alone = await train();
    const lnRank = ({ reports }: typeof alone) => reports.at(-1)?.heldOut?.lnRank ?? Number.NaN;
    expect(lnRank(expected)).toBeLessThan((alone.reports[0].heldOut?.lnRank ?? 0) - 0.2);
    expect(Math.abs(lnRank(expected) - lnRank(alone))).toBeLessThan(0.15);
  });

  it('give the same model in any number of processes, and if one is killed', async () => {
    let killed = 0;
    const start: Shards['start'] = async (data) => {
      const runner = await localShards(2)(data);
      return {
        ...runner,
        run(round) {
          const result = runner.run(round);
          if (round.epoch === 2 && killed === 0) {
            killed = childProcesses('shard-worker')[0];
            process.kill(killed, 'SIGKILL');
          }
          return result;
        },
      };
    };
    const kept = await train({ count: 2, start });
    expect(killed).toBeGreaterThan(0);
    const one = await train({ count: 2, start: localShards(1) });
    for (const { weights, reports } of [kept, one]) {
      expect(weights).toEqual(expected.weights);
      expect(reports).toEqual(expected.reports);
    }
  });

  it('pass on errors', async () => {
    const shards = { count: 2, start: localShards(2) };
    const broken = trainEpochs({
      features: sideFeatures(index),
      sequences: sequencesFrom(lists),
      seed: 1,
      settings: { ...settings, learningRate: 1e30 },
      shards,
    });
    await expect(broken).rejects.toMatchObject({ code: 'model/not-finite' });
  });

  const SERVER = ['valkey-server', 'redis-server'].find((name) => !spawnSync(name, ['--version']).error);

  describe.skipIf(!SERVER)('over a queue (skipped without valkey-server or redis-server)', () => {
    let url: string;
    const started: ChildProcess[] = [];
    beforeAll(async () => {
      const probe = createServer();
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
      const { port } = probe.address() as AddressInfo;
      await new Promise((resolve) => probe.close(resolve));
      url = `redis://127.0.0.1:${port}`;
      started.push(spawn(SERVER ?? '', ['--port', String(port), '--bind', '127.0.0.1', '--save', '']));
      await until('the server answers', () => !spawnSync('bash', ['-c', `echo > /dev/tcp/127.0.0.1/${port}`]).status);
    });
    afterAll(() => {
      for (const child of started) child.kill('SIGKILL');
    });

    it('give the same model when a worker is lost', async () => {
      const startWorker = (): ChildProcess => {
        const { child } = startSidestream('worker', '--queue', url, '--workers', '1');
        started.push(child);
        return child;
      };
      const first = startWorker();
      startWorker();
      let epochs = 0;
      const said: string[] = [];
      const trained = await train({ count: 2, start: queuedShards(url, (line) => void said.push(line)) }, () => {
        if (++epochs === 1) first.kill('SIGKILL');
      });
      expect(trained.weights).toEqual(expected.weights);
    });
  });
});
