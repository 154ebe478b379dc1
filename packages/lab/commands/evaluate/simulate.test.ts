import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeBundle } from '../../../../src/core/catalog';
import type { Run } from '../../../../testing/commands';
import { inProcess } from '../../../../testing/in-process';
import { nightly } from '../../../../testing/nightly';
import { topicContent } from '../../../../testing/topics';
import { folderSink } from '../../../cli/bundler/folder-bundle';
import type { Simulation } from '../../simulate/result';

const ITEMS = 80;
let folder: string;
const at = (name: string): string => join(folder, name);
const simulate = (...args: string[]): Promise<Run> =>
  inProcess('evaluate', '--protocol', 'simulate', '--bundle', at('bundle'), ...args);
const resultOf = ({ out }: Run): Simulation => JSON.parse(out.trim().split('\n').at(-1) ?? '');
/** The machine-independent part of the result. */
const found = (run: Run): Omit<Simulation, 'timing'> => {
  const { timing: _, ...result } = resultOf(run);
  return result;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await writeBundle(await topicContent({ items: ITEMS, topics: 6 }), await folderSink(at('bundle')));
  // Ten shoppers of the past, and three new ones with enough events to be spliced.
  const rows = Array.from({ length: 345 }, (_, n) => {
    const user = n < 135 ? n % 10 : 10 + (n % 3);
    return `${1000 + n},u${user},item-${(n * 7 + user) % ITEMS}`;
  });
  await writeFile(at('events.csv'), `time,user,item\n${rows.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

describe('sidestream evaluate --protocol simulate', () => {
  nightly(
    'finds the same in one process as in two, and something else with another seed',
    async () => {
      const asked = ['--shoppers', '4', '--json'];
      // By this clock every stage takes seconds: a shorter one is not shown.
      const { now } = performance;
      let calls = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 2000 * calls++);
      const one = await simulate(...asked, '--processes', '1', '--report', at('report.html'));
      const two = await simulate(...asked, '--processes', '2');
      vi.restoreAllMocks();
      const other = await simulate(...asked, '--processes', '1', '--seed', '2');
      expect([one, two, other].map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(found(two)).toEqual(found(one));
      // All visits and rounds were shown as one stage, whichever process ran them.
      for (const { err } of [one, two]) expect(err).toMatch(/^Choices: 2080\/2080, /m);
      expect(found(other).configurations).not.toEqual(found(one).configurations);
      const { source, shoppers, items, seed, closedLoop, timing, configurations } = resultOf(one);
      expect({ source, shoppers, items, seed }).toEqual({ source: 'synthetic', shoppers: 4, items: ITEMS, seed: 1 });
      expect(configurations).toHaveLength(6);
      expect(closedLoop.map(({ name }) => name)).toEqual(['random', 'popularity', 'content', 'sidestream']);
      expect(closedLoop[0].rounds).toHaveLength(8);
      expect(timing.processes).toBe(1);
      expect(one.out).toMatch(/^4 simulated shoppers, 60 choices each, in a catalogue of 80 items, of which 8 appear/);
      expect(one.out).toContain('### closed loop');
      const report = await readFile(at('report.html'), 'utf8');
      expect(report).toContain('<h2>Closed loop</h2>');
      expect(one.err).toContain(`The report is in ${at('report.html')}`);
    },
    120_000,
  );

  it('replays the shoppers of a log', async () => {
    const asked = ['--events', at('events.csv'), '--past', '0.391', '--models', at('models'), '--json'];
    asked.push('--methods', 'popularity', 'content', 'sidestream');
    const runs = [await simulate(...asked, '--processes', '1'), await simulate(...asked, '--processes', '2')];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(found(runs[1])).toEqual(found(runs[0]));
    const { source, configurations, closedLoop, shoppers } = resultOf(runs[0]);
    expect([source, shoppers, closedLoop.length]).toEqual(['log', 5, 0]);
    expect(configurations.map(({ name }) => name)).toEqual(['popularity', 'content', 'sidestream']);
    const [popularity] = configurations;
    expect(popularity.fit.map(({ kind }) => kind)).toEqual(['logged', 'spliced']);
    expect(popularity.figures.hr10.mean).not.toBeNaN();
  }, 120_000);

  it('warns of a log of orders in text, JSON and report', async () => {
    // Five lines of a shopper per second, as in exports of orders.
    const lines = (await readFile(at('events.csv'), 'utf8')).trim().split('\n').slice(1);
    const orders = lines.map((line, n) => `${1000 + 60 * Math.floor(n / 15)},${line.split(',').slice(1).join(',')}`);
    await writeFile(at('orders.csv'), `time,user,item\n${orders.join('\n')}\n`);
    const asked = ['--events', at('orders.csv'), '--past', '0.391', '--models', at('models'), '--json'];
    const run = await simulate(
      ...asked,
      '--processes',
      '1',
      '--methods',
      'popularity',
      'content',
      '--report',
      at('orders.html'),
    );
    expect(run.code).toBe(0);
    const { sharedSecond, warnings } = resultOf(run);
    expect(sharedSecond).toBe(1);
    expect(warnings).toEqual([expect.stringContaining('100.0 % of the ranked events have the time of another event')]);
    expect(run.out.split('\n\n')[1]).toBe(warnings[0]);
    // The page keeps a number and its sign on one line.
    expect((await readFile(at('orders.html'), 'utf8')).replaceAll('\u00a0', ' ')).toContain(warnings[0]);
  }, 120_000);

  it('says what to do about options that do not fit', async () => {
    const [protocol, oracle, results, none] = await Promise.all([
      inProcess('evaluate', '--bundle', at('bundle')),
      simulate('--events', at('events.csv'), '--methods', 'oracle'),
      simulate('--results', folder),
      simulate('--methods', 'magic'),
    ]);
    expect([protocol, oracle, results, none].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(protocol.err).toContain('--protocol device needs a log: give it with --events');
    expect(oracle.err).toContain('There is no configuration oracle here; choose of all, random, popularity');
    expect(results.err).toContain('--protocol simulate has no --results');
    expect(none.err).toContain('There is no configuration magic here');
  }, 60_000);
});
