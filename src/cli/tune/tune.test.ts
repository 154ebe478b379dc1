import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, baseConfig, initialWeights } from '../../base-model';
import { folderFetch, folderSink } from '../../build/folder-bundle';
import { addLearned, openBundle, type Tuning, type TuningPart, writeBundle } from '../../catalog';
import { seededRandom } from '../../model';
import { sidestream } from '../../testing/commands';
import { topicContent } from '../../testing/topics';
import { TUNING } from '../../testing/tunings';

const [ITEMS, TOPICS] = [120, 6];
let folder: string;
const at = (name: string): string => join(folder, name);

const tune = (bundle: string, ...more: string[]) =>
  sidestream('tune', '--bundle', bundle, '--models', at('models'), '--json', ...more);

interface Line {
  settings: Tuning['settings'] | null;
  file: string | null;
  best: object | null;
  parts: Partial<Record<'choose' | 'confirm' | 'report', TuningPart>>;
  reportLooks: number;
  compared: { name: string }[];
}
const lastLine = (text: string): Line => JSON.parse(text.trim().split('\n').at(-1) ?? '');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const content = await topicContent({ items: ITEMS, topics: TOPICS });
  const manifest = await writeBundle(content, await folderSink(at('plain')));
  await cp(at('plain'), at('bundle'), { recursive: true });
  const config = baseConfig('sidestream', { embeddingDim: 4, maxSeqLen: 3, heads: 2, blocks: 1 });
  const model = BaseModel.from(initialWeights(config, content.features, 4, 7), config, content.features);
  await addLearned(manifest, { base: { bytes: model.save('F16'), config } }, await folderSink(at('bundle')));
  // Shoppers who come one after the other and choose at random: there is nothing to learn from one's own choices.
  const random = seededRandom(3);
  const rows = Array.from({ length: 140 * 22 }, (_, n) => {
    return `${100_000 + n},u${Math.floor(n / 22)},item-${Math.floor(ITEMS * random() ** 3)}`;
  });
  await writeFile(at('events.csv'), `time,user,item\n${rows.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

describe('sidestream tune', () => {
  it('writes what beats the settings of every shop, with the evidence, and the same with any number of processes', async () => {
    const events = ['--events', at('events.csv')];
    await cp(at('bundle'), at('again'), { recursive: true });
    const first = await tune(at('bundle'), ...events, '--processes', '2');
    expect(first.err).toContain('Training the base model of the past');
    expect(first.err).toMatch(/^Replays/m);
    const line = lastLine(first.out);
    // It refuses where nothing is better, and has then not looked at the last part.
    const written = line.settings !== null;
    expect(first.code).toBe(written ? 0 : 2);
    expect(line.reportLooks).toBe(written ? 1 : 0);
    expect(line.compared.length).toBeGreaterThan(15);
    const bundle = await openBundle(folderFetch(at('bundle')));
    const tuning = await bundle.tuning();
    expect(tuning?.settings ?? null).toEqual(line.settings);
    if (!written) expect(first.out).toContain('so the bundle stays as it is');
    if (tuning)
      expect(tuning.evidence).toMatchObject({
        log: { events: 140 * 22 },
        seed: 1,
        date: expect.stringMatching(/^20\d\d-/),
      });
    const { report } = tuning?.evidence.lists ?? {};
    expect(report?.shoppers).toBe(line.parts.report?.shoppers);
    expect(bundle.manifest.base).toBeDefined();

    const second = lastLine((await tune(at('again'), ...events, '--processes', '1')).out);
    expect({ ...second, seconds: 0, file: '' }).toEqual({ ...line, seconds: 0, file: '' });
  }, 240_000);

  it('says what it needs, and changes nothing', async () => {
    const before = await readFile(join(at('plain'), 'manifest.json'), 'utf8');
    const wanting = await tune(at('bundle'));
    expect(wanting.code).toBe(1);
    expect(wanting.err).toContain('choose settings on that log with --events');
    const untrained = await tune(at('plain'), '--events', at('events.csv'));
    expect(untrained.code).toBe(1);
    expect(untrained.err).toContain('put one into it with `sidestream train`');
    expect(await readFile(join(at('plain'), 'manifest.json'), 'utf8')).toBe(before);
    const short = (await readFile(at('events.csv'), 'utf8')).split('\n').slice(0, 900).join('\n');
    await writeFile(at('short.csv'), short);
    const scarce = await tune(at('plain'), '--shoppers', '14');
    expect(scarce.err).toContain('must be 15 or more');
    const few = await tune(at('bundle'), '--events', at('short.csv'));
    expect(few.err).toContain('The log is too short to choose settings on');
  }, 60_000);

  it('chooses on made-up shoppers where there is no log, for pages without a base model', async () => {
    await cp(at('plain'), at('made-up'), { recursive: true });
    const { code, out, err } = await tune(at('made-up'), '--shoppers', '15');
    expect(err).toContain('They know nothing of yours');
    const { settings, parts, compared } = lastLine(out);
    expect(code).toBe(settings ? 0 : 2);
    expect(parts.choose?.shoppers ?? 15).toBe(15);
    // There is no base model to keep the list near to.
    expect(compared.map(({ name }) => name)).toContain('fading 0.05');
    expect(compared.filter(({ name }) => name.startsWith('anchor'))).toEqual([]);
    const tuning = await (await openBundle(folderFetch(at('made-up')))).tuning();
    expect(tuning?.settings ?? null).toEqual(settings);
    if (!tuning) return;
    expect(tuning.base).toBe(false);
    expect(tuning.evidence).not.toHaveProperty('log');
  }, 120_000);

  it('is shown by inspect', async () => {
    await cp(at('plain'), at('shown'), { recursive: true });
    const { manifest } = await openBundle(folderFetch(at('shown')));
    await addLearned(manifest, { tuning: TUNING }, await folderSink(at('shown')));
    const [{ out }, json] = [
      await sidestream('inspect', at('shown')),
      await sidestream('inspect', at('shown'), '--json'),
    ];
    expect(out).toContain('tuned: fading 0.02, kept 3, anchor 0.8, weight of recent 0.75, weight of preference 1');
    expect(out).toContain('2026-11-26, by 5000 events (log abababababababab), seed 1, 2 settings compared');
    expect(out).toMatch(/^report +30 +900 +4\.500 to 4\.400 \(-0\.100 ± 0\.020\) +10\.0 % to 5\.0 %/m);
    expect(JSON.parse(json.out.trim().split('\n').at(-1) ?? '').tuning).toEqual(TUNING);
  }, 60_000);
});
