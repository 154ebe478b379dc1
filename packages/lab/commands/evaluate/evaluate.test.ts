import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../../testing/bundles';
import { inProcess } from '../../../../testing/in-process';
import { folderSink } from '../../../cli/bundler/folder-bundle';
import { parseKept, parseRun } from '../../evaluate/result';

const ITEMS = 40;
let folder: string;
const at = (name: string): string => join(folder, name);

const evaluate = (...args: string[]) =>
  inProcess('evaluate', '--bundle', at('bundle'), '--events', at('events.csv'), '--models', at('models'), ...args);

interface Line {
  protocol: string;
  methods: ({ name: string } & Record<string, number>)[];
  figures: Record<string, number>;
  refused: number;
  verdict: object;
}
const lastLine = (text: string): Line => JSON.parse(text.trim().split('\n').at(-1) ?? '');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const items = Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`, { category: `c${row % 4}` }));
  await writeBundle(await bundleContent(items), await folderSink(at('bundle')));
  // Ten shoppers of the past, and three new ones.
  const rows = Array.from({ length: 225 }, (_, n) => {
    const user = n < 135 ? n % 10 : 10 + (n % 3);
    return `${1000 + n},u${user},i${(n * 7 + user) % ITEMS}`;
  });
  await writeFile(at('events.csv'), `time,user,item\n${rows.join('\n')}\n`);
  // The three have enough events to be spliced.
  const more = Array.from({ length: 120 }, (_, n) => `${1225 + n},u${10 + (n % 3)},i${(n * 11) % ITEMS}`);
  await writeFile(at('long.csv'), `time,user,item\n${[...rows, ...more].join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

describe('sidestream evaluate', () => {
  it('evaluates every seed on its own, says so, and keeps the means', async () => {
    const chosen = ['--shoppers', '2', '--methods', 'popularity', 'ease', 'terms', 'sidestream', '--json'];
    chosen.push('--runs', at('runs'), '--processes', '2');
    const both = await evaluate('--seeds', '1', '2', '--results', at('results'), ...chosen);
    expect(both.err).toMatch(/^seed [12]: Learned from the past$/m);
    expect(both.err).toMatch(/^seed 2: Evaluated$/m);
    expect(both.code).toBe(0);
    // No seed changes the settings of EASE; each has a side model, whose start weights lie beside it.
    const modelFiles = (await readdir(at('models'))).map((name) =>
      name.replace(/-[0-9a-f]{12}-[0-9a-f]{12}-past-0\.6/, ''),
    );
    expect(modelFiles.sort()).toEqual([
      'ease-settings.json',
      ...[1, 2].flatMap((seed) => [`side-seed-${seed}.bin`, `side-seed-${seed}.bin.json`]),
    ]);

    const line = lastLine(both.out);
    expect(line.refused).toBe(0);
    expect(line.verdict).toMatchObject({
      unit: 'event',
      pilotRuleMet: null,
      comparisons: [{ against: 'popularity-now', shoppers: 2 }],
    });
    expect(both.out).toMatch(
      /^### verdict\n\n2 shoppers, \d+ events, .* too few shoppers for a verdict, .*\n\n- Against popularity-now, sidestream is not distinguishable by ln rank/m,
    );
    const names = ['popularity', 'popularity-now', 'ease', 'terms', 'sidestream'];
    expect(line.methods.map(({ name }) => name)).toEqual(names);
    expect(line.methods[3]).toMatchObject({ worseBeyondError: expect.any(Number), coverage: expect.any(Number) });
    expect(line.figures).toMatchObject({ ndcgOverEase: expect.any(Number) });
    expect(Object.keys(line.figures)).toContain('experts few events se');

    const report = await readFile(join(at('results'), 'RESULTS.md'), 'utf8');
    expect(report).toContain('## device\n\n2 shoppers (all)');
    expect(report).toMatch(
      /mean of the seeds 1 and 2\. \d{4}-\d\d-\d\d, `sidestream evaluate --bundle bundle --events/,
    );
    expect(report).toContain('### experts\n');
    expect(both.out).toContain(report.slice(report.indexOf('| method')).trim());
    const kept = parseKept(await readFile(join(at('results'), 'results.json'), 'utf8')).device;
    expect(kept.seeds).toEqual([1, 2]);
    expect(kept.tables.map(({ name, reference }) => [name, reference])).toEqual([
      ['device', 'popularity-now'],
      ['old items', 'popularity-now'],
      ['new items', 'popularity-now'],
      ['baskets', 'popularity-now'],
      ['experts', 'terms'],
      ['popularity-now', 'popularity'],
    ]);

    // The second seed's run already exists, and its result goes into a separate section.
    const section = ['--results', at('results'), '--section', 'device-second'];
    const second = await evaluate('--seeds', '2', ...section, ...chosen);
    expect(second.err).toMatch(/^The run of seed 2 is in .*device-[0-9a-f]{12}-seed-2\.json$/m);
    expect(second.err).not.toContain('Evaluated');
    // Nothing about the methods without a side model is random.
    const ofSecond = lastLine(second.out).methods;
    expect(ofSecond.slice(0, 3)).toEqual(line.methods.slice(0, 3));
    expect(ofSecond.map(({ name }) => name)).toEqual(names);
    const results = parseKept(await readFile(join(at('results'), 'results.json'), 'utf8'));
    expect(Object.keys(results)).toEqual(['device', 'device-second']);
    expect(results.device).toEqual(kept);
    expect(results['device-second'].command).toMatch(/--seeds 2 --section device-second$/);
  }, 120_000);

  it.each(['device', 'drift'])(
    'finds the same in one process as in several (%s)',
    async (protocol) => {
      const past = ['--events', at('long.csv'), '--past', '0.391', '--shoppers', '2'];
      const chosen = ['--protocol', protocol, ...past, '--methods', 'content-knn', 'terms', 'one-expert', 'sidestream'];
      const runs = [];
      for (const processes of ['1', '2']) {
        const { err, code } = await evaluate('--processes', processes, '--runs', at(`runs-${processes}`), ...chosen);
        expect(err).not.toContain('Error');
        expect([code, err.includes('seed 1, part 2 of 2: Evaluated')]).toEqual([0, processes === '2']);
        const [file] = (await readdir(at(`runs-${processes}`))).filter((name) => name.startsWith(protocol));
        runs.push(parseRun(await readFile(join(at(`runs-${processes}`), file), 'utf8')));
      }
      expect(runs[1]).toEqual(runs[0]);
      const names = runs[0].tables.map(({ name, methods }) => [name, methods.map((method) => method.name).join()]);
      if (protocol === 'device') {
        expect(names).toContainEqual(['one expert', 'one-expert,sidestream']);
        return;
      }
      const usual = 'popularity-now,content-knn,terms,one-expert,sidestream';
      expect(names.slice(0, 3)).toEqual([
        ['first-20', `${usual}`],
        ['later', `${usual}`],
        ['return', `${usual}`],
      ]);
      expect(names[5]).toEqual(['return, old items', `${usual}`]);
      expect(names.at(-1)).toEqual(['return, one expert', 'one-expert,sidestream']);
    },
    120_000,
  );

  it('ends with 2 if lines of the log were refused, and counts them', async () => {
    const log = await readFile(at('events.csv'), 'utf8');
    await writeFile(at('dates.csv'), `${log}05/01/2010,u1,i1\n2010-02-30,u1,i1\n`);
    const { code, out, err } = await evaluate('--events', at('dates.csv'), '--methods', 'popularity', '--json');
    expect(code).toBe(2);
    expect(err.match(/field time/g)).toHaveLength(2);
    expect(out).toMatch(/^Refused: 2 lines of the log, left out; the reasons are above\n\{/m);
    expect(lastLine(out).refused).toBe(2);
  }, 60_000);

  it('says how many events shoppers need, how many they have, and what to do instead', async () => {
    const log = (await readFile(at('events.csv'), 'utf8')).split('\n');
    await writeFile(at('short.csv'), log.slice(0, 180).join('\n'));
    const [few, nobody] = await Promise.all([
      evaluate('--events', at('short.csv'), '--past', '0.754'),
      evaluate('--past', '0.95'),
    ]);
    expect([few.code, nobody.code]).toEqual([1, 1]);
    expect(few.err).toContain('a shopper must be new, with no event in the first 75 % of the log, and have 30 events');
    expect(few.err).toContain('Of the 3 shoppers who are new then, the one with the most events has 15.');
    expect(few.err).toContain('--protocol first-visit, for which 5 events are enough, or --protocol simulate without');
    expect(nobody.err).toContain('No shopper is new then.');
  }, 60_000);

  it('ends with 1 and says what to do when a process fails, a method is unknown or the results file is invalid', async () => {
    await writeFile(at('results.json'), 'something else');
    // Every process reads a side model of the past that is damaged.
    await cp(at('models'), at('damaged'), { recursive: true });
    for (const name of await readdir(at('damaged'))) {
      if (name.endsWith('.bin')) await writeFile(join(at('damaged'), name), 'damaged');
    }
    await writeFile(at('no-folder'), '');
    const [failed, unlocked, magic, results] = await Promise.all([
      evaluate('--seeds', '1', '2', '--processes', '2', '--models', at('damaged')),
      evaluate('--seeds', '1', '2', '--processes', '2', '--models', at('no-folder')),
      evaluate('--methods', 'magic'),
      evaluate('--results', folder),
    ]);
    expect([failed, unlocked, magic, results].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(unlocked.err).toMatch(/^Error \(runtime\/invalid-input\): .*no-folder is a file, so no folder/m);
    expect(failed.err).toMatch(
      /^Error \(runtime\/invalid-input\): .*does not hold a side model with its start weights/m,
    );
    expect(magic.err).toMatch(/^Error \(runtime\/invalid-input\): There is no method magic here; choose of all, pop/m);
    expect(results.err).toContain('The results cannot be used: file: it is not JSON');
  });
});
