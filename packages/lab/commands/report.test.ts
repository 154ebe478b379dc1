import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/common/random';
import { sidestream, startSidestream } from '../../../testing/commands';
import { inProcess } from '../../../testing/in-process';
import { drawCrowd } from '../../../testing/simulated-visitors';

let folder: string;
let counts: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  counts = join(folder, 'counts.jsonl');
  const random = seededRandom(3);
  const lines = Array.from({ length: 1000 }, () => drawCrowd(random, { visitors: 1, share: 0.5, lift: 1.4, days: 3 }))
    .flatMap((days) => days.map(({ variants }, day) => ({ day: `2026-03-0${day + 1}`, variants })))
    .map(({ day, variants }, line) => {
      const visitors = [...variants.values()].map((sums) => ({ ...sums, key: `report-${line}` }));
      return JSON.stringify({ day, counts: [], visitors, operations: [] });
    });
  await writeFile(counts, ['{"day":"today"}', ...lines].join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

it('prints words, tables and JSON, writes a page, and names a line that it left out', async () => {
  const html = join(folder, 'report.html');
  const { code, out, err } = await sidestream('report', counts, '--html', html, '--json');
  expect(code).toBe(0);
  expect(err).toContain('line 1, field day: must be a date');
  expect(out).toContain('The visitors are split as they should be');
  expect(out).toMatch(/Visitors who clicked a list +\d+\.\d\d % ± \d/);
  const found = JSON.parse(out.trim().split('\n').at(-1) ?? '');
  expect(found).toMatchObject({ rejected: 1, experiment: 'test', control: 'off', sampleRatio: { mismatch: false } });
  expect(found.decision).toBe(found.comparisons[0].decision);
  expect(out).toContain('computed from the data so far and changes daily');
  expect(await readFile(html, 'utf8')).toContain('Experiment test');
});

it.each(['report', 'pilot'])('ends without a message if nobody reads what %s prints', async (command) => {
  const plan = command === 'pilot' ? ['--base', '0.05', '--effect', '20%'] : [];
  const { child, ended } = startSidestream(command, counts, ...plan);
  // Before the process has started, so every one of its lines meets a closed pipe.
  child.stdout?.destroy();
  const { code, err } = await ended;
  expect(code).toBe(141);
  expect(err).not.toMatch(/EPIPE|at .*:\d+:\d+/);
});

it('keeps the exit status of a wrong split if nobody reads the rest', async () => {
  const { child, ended } = startSidestream('report', counts, '--split', 'on=5,off=95');
  child.stdout?.destroy();
  expect((await ended).code).toBe(2);
});

it('sets a stray report aside with a note, in both commands, and continues', async () => {
  const stray = join(folder, 'stray.jsonl.gz');
  const text = await readFile(counts, 'utf8');
  // The first report of a visitor.
  const line = text.split('\n').find((line) => line.includes('"visitors":1,"impressions"')) ?? '';
  const other = (variant: string): string =>
    line.replaceAll(/test\/(on|off)/g, variant).replace(/report-\d+/, `stray-report-${variant.length}`);
  await writeFile(stray, gzipSync([text, other('test/zzz'), other('elsewhere/off')].join('\n')));
  const { code, out, err } = await inProcess('report', stray, '--split', 'on=50,off=50', '--json');
  expect([code, out]).toEqual([0, expect.stringContaining('The visitors are split as they should be')]);
  expect(err).toContain('Note: Set aside');
  expect(JSON.parse(out.trim().split('\n').at(-1) ?? '').setAside).toEqual([
    { name: 'elsewhere', visitors: 1 },
    { name: 'test/zzz', visitors: 1 },
  ]);
  const plain = await inProcess('report', stray);
  expect([plain.code, plain.err]).toEqual([0, expect.stringContaining('“test/zzz” (1 visitor)')]);
  const pilot = await inProcess('pilot', stray, '--base', '0.05', '--effect', '20%');
  expect([pilot.code, pilot.err]).toEqual([0, expect.stringContaining('“test/zzz” (1 visitor)')]);
});

it('warns of a split that is not the declared one', async () => {
  const { out, code } = await inProcess('report', counts, '--split', 'on=5,off=95');
  expect(out).toMatch(/^WARNING: THE SPLIT IS WRONG/);
  expect(code).toBe(2);
  const { err } = await inProcess('report', counts, '--split', 'on');
  expect(err).toContain('must be like on=5,off=95');
});

it('takes an effect as a part of the control, or with a base as a difference', async () => {
  const planOf = async (...args: string[]) => {
    const { out } = await inProcess('report', counts, '--json', ...args);
    return JSON.parse(out.trim().split('\n').at(-1) ?? '').plan.effect;
  };
  expect(await planOf()).toBe(0.05);
  expect(await planOf('--effect', '20%')).toBe(0.2);
  expect(await planOf('--effect', '0.02', '--base', '0.1')).toBeCloseTo(0.2, 12);
  const { err, code } = await inProcess('report', counts, '--effect', '0.05');
  expect([code, err]).toEqual([1, expect.stringContaining('Write --effect 5% for a part of the control')]);
  const whole = await inProcess('report', counts, '--effect', '20');
  expect(whole.err).toContain('Write --effect 20% for a part of the control');
  const far = await inProcess('report', counts, '--effect', '20', '--base', '3%');
  expect([far.code, far.err]).toEqual([1, expect.stringContaining('Write --effect 20%')]);
  const large = await inProcess('report', counts, '--effect', '0.2', '--base', '3%');
  expect(large.err).toContain('from 3.0 % to 23.0 %. --effect 20% is relative to the base');
  expect(await planOf('--base', '3%', '--effect', '0.006', '--alpha', '5%', '--power', '80%')).toBeCloseTo(0.2, 12);
});

it('exits with the code of a wrong split if there is only one variant', async () => {
  const single = join(folder, 'single.jsonl');
  const lines = (await readFile(counts, 'utf8')).split('\n').filter((line) => line.includes('test/off'));
  await writeFile(single, lines.join('\n'));
  const none = await inProcess('report', single);
  expect([none.code, none.out]).toEqual([2, expect.stringMatching(/^WARNING: THERE IS ONLY ONE VARIANT.*“off”/)]);
  const html = join(folder, 'single.html');
  const declared = await inProcess('report', single, '--split', 'on=50%,off=50%', '--json', '--html', html);
  expect([declared.code, declared.out]).toEqual([
    2,
    expect.stringMatching(/^WARNING: THE SPLIT IS WRONG. No visitor had “on”/),
  ]);
  expect(JSON.parse(declared.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
    decision: 'continue',
    sampleRatio: { mismatch: true },
    comparisons: [],
  });
  expect(await readFile(html, 'utf8')).toContain('role="alert"');
});

it('refuses a split that does not name each variant', async () => {
  const { code, err } = await inProcess('report', counts, '--split', 'on=50');
  expect([code, err]).toEqual([1, expect.stringContaining('The split does not name “off”')]);
  const mixed = await inProcess('report', counts, '--split', 'on=5%,off=95');
  expect(mixed.err).toContain('must be like on=5,off=95');
});

it('names what is wrong with the file or the plan', async () => {
  const missing = await inProcess('report', join(folder, 'none'));
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('Check the path')]);
  const empty = join(folder, 'empty.jsonl');
  await writeFile(empty, '');
  expect((await inProcess('report', empty)).err).toContain('is empty: no report has arrived yet');
  const control = await inProcess('report', counts, '--control', 'as-is');
  expect(control.err).toContain('the log has off, on');
});

it('a pilot reads the same counts', async () => {
  const { out } = await inProcess('pilot', counts, '--base', '0.05', '--effect', '0.02', '--metric', 'clickers');
  const report = await inProcess('report', counts, '--base', '0.05', '--effect', '0.02', '--metric', 'clickers');
  const sentences = (of: string) => of.match(/^on against off: .*$/gm);
  expect(sentences(out)).toEqual(sentences(report.out)?.slice(0, 1));
  const { err } = await inProcess('pilot', counts, '--base', '0.05', '--effect', '0.02', '--metric', 'x');
  expect(err).toContain('there are buyers, adders, clickers');
  const plan = ['--base', '0.05', '--effect', '20%'];
  const two = join(folder, 'two.jsonl');
  const lines = (await readFile(counts, 'utf8')).split('\n').slice(1);
  const renamed = lines.map((line, at) => line.replaceAll('test/', at % 2 ? 'test/' : 'test-50/'));
  await writeFile(two, renamed.join('\n'));
  const both = await inProcess('pilot', two, ...plan);
  expect(both.err).toContain('Name one with --experiment');
  const one = await inProcess('pilot', two, ...plan, '--experiment', 'test-50');
  expect([one.code, one.out]).toEqual([0, expect.stringContaining('on against off: Visitors who bought')]);
  const named = await inProcess('pilot', two, ...plan, '--control', 'test-50/off', '--treatment', 'test-50/on');
  expect(sentences(named.out)).toEqual(sentences(one.out));
  for (const option of [
    ['--share', '0.5,2026-03-02=0.6'],
    ['--design-effect', '2'],
  ])
    expect((await inProcess('pilot', counts, ...plan, ...option)).err).toContain('is for counts in a CSV');
  const split = await inProcess('pilot', counts, ...plan, '--share', '0.05');
  expect([split.code, split.out]).toEqual([2, expect.stringContaining('WARNING: THE SPLIT IS WRONG')]);
});
