import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBundle } from '../../../src/core/catalog';
import { ruleProblemText } from '../../../src/device/ranking';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { folderSink, readManifest } from './folder-bundle';
import { checkRules, keepsRules, publishRules, removeRules } from './rules';

const NOW = Date.UTC(2026, 10, 27);

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  out = join(folder, 'bundle');
  const items = [
    makeItem('a', { price: 10, category: 'Men/Tops', attributes: { color: 'red' } }),
    makeItem('b', { price: 20, category: 'Women', attributes: { color: 'blue', size: 3 } }),
  ];
  await writeBundle(await bundleContent(items), await folderSink(out));
});
afterEach(() => rm(folder, { recursive: true }));

const bytesOf = (...rules: unknown[]): Uint8Array => new TextEncoder().encode(JSON.stringify({ version: 1, rules }));
const check = (rules: unknown[], bundle?: string) => checkRules(bytesOf(...rules), { bundle, now: NOW });
const lines = async (...args: Parameters<typeof check>): Promise<string[]> =>
  (await check(...args)).problems.map(({ level, ...problem }) => `${level} ${ruleProblemText(problem)}`);

describe('checkRules', () => {
  it('counts all rules and those that apply now, and distinguishes errors from warnings', async () => {
    const checked = await check([
      { name: 'now', from: '2026-11-01', diversity: 0.1 },
      { name: 'later', from: '2026-12-01', diversity: 0.1 },
      { name: 'over', until: '2026-11-01', diversity: 0.1 },
      { name: 'wrong', diversity: 3 },
      { name: 'empty' },
    ]);
    expect(checked).toMatchObject({ rules: 4, holding: 2 });
    expect(checked.problems.map(({ level, rule, field }) => [level, rule, field])).toEqual([
      ['error', 'wrong', 'diversity'],
      ['warning', 'over', 'until'],
      ['warning', 'empty', ''],
    ]);
  });

  it('has one error for a file that cannot be read as a whole', async () => {
    const checked = await checkRules(new TextEncoder().encode('{"version":1,'), { now: NOW });
    expect(checked).toMatchObject({ rules: 0, problems: [{ level: 'error', rule: '', field: '' }] });
    expect(checked.problems[0].reason).toContain('no JSON');
  });

  it('names pins that another pin displaces while both apply', async () => {
    const pin = (...pins: [string, number][]) => ({ pin: pins.map(([itemId, position]) => ({ itemId, position })) });
    expect(
      await lines([
        { name: 'always', ...pin(['a', 0], ['b', 1]) },
        { name: 'sale', from: '2026-12-01', ...pin(['c', 0], ['d', 0]) },
        { name: 'similar', placements: ['similar'], until: '2026-11-30', ...pin(['b', 2]) },
        { name: 'over', until: '2026-11-01', ...pin(['a', 0]) },
      ]),
    ).toEqual([
      expect.stringContaining('warning "over", until: ended on'),
      'warning "sale", pin.1: has no effect while both apply: position 0 is taken by pin.0',
      'warning "always", pin.0: has no effect while both apply: position 0 is taken by pin.0 of "sale"',
      'warning "always", pin.1: has no effect while both apply: "b" is at position 2 by pin.0 of "similar"',
    ]);
    const apart = [
      { placements: ['recent'], ...pin(['a', 0]) },
      { placements: ['trending'], ...pin(['b', 0]) },
      { until: '2026-11-29', placements: ['similar'], ...pin(['a', 0]) },
      { from: '2026-11-30', placements: ['similar'], ...pin(['b', 0]) },
    ];
    expect(await lines(apart)).toEqual([]);
  });

  it('with a bundle names items, categories and attributes that it lacks, and filters that fit nothing', async () => {
    const rules = [
      {
        name: 'sale',
        pin: [
          { itemId: 'a', position: 0 },
          { itemId: 'x', position: 1 },
        ],
        filter: { $or: [{ category: 'Man' }, { $not: { id: { $in: ['b', 'y', 7] } } }] },
        boost: [
          { filter: { 'attributes.colour': 'red' } },
          { filter: { category: 'Men', 'attributes.color': { $in: ['red'] } } },
        ],
        bury: [{ filter: { price: { $gt: 100 } } }],
      },
    ];
    expect(await lines(rules)).toEqual([]);
    expect(await lines(rules, out)).toEqual([
      'warning "sale", pin.1.itemId: the bundle has no item "x"',
      'warning "sale", filter.$or.0.category: no item of the bundle is in the category "Man"',
      'warning "sale", filter.$or.1.$not.id: the bundle has no item "y"',
      'warning "sale", filter.$or.1.$not.id: the bundle has no item 7; ids are texts, so write it in quotes',
      'warning "sale", boost.0.filter.attributes.colour: no item of the bundle has the attribute "colour"',
      'warning "sale", bury.0.filter: matches no item of the bundle',
    ]);
    await expect(check(rules, join(folder, 'nothing'))).rejects.toMatchObject({ code: 'bundle/unreachable' });
  });
});

describe('publishRules', () => {
  it('writes the file and names it; the same once more changes nothing, and removeRules removes it', async () => {
    expect(await publishRules(bytesOf({ diversity: 0.1 }), out)).toBe(true);
    expect(await readManifest(out)).toMatchObject({ rules: true, count: 2 });
    const written = await stat(join(out, 'manifest.json'));
    expect(await publishRules(bytesOf({ diversity: 0.1 }), out)).toBe(false);
    expect(await publishRules(bytesOf({ diversity: 0.2 }), out)).toBe(true);
    expect((await stat(join(out, 'manifest.json'))).mtimeMs).toBe(written.mtimeMs);
    expect(await readFile(join(out, 'rules.json'))).toEqual(Buffer.from(bytesOf({ diversity: 0.2 })));
    await removeRules(out);
    expect((await readManifest(out)).rules).toBeUndefined();
    expect(await readdir(out)).not.toContain('rules.json');
    await expect(publishRules(bytesOf(), join(folder, 'nothing'))).rejects.toMatchObject({
      code: 'bundle/unreachable',
    });
  });
});

describe('keepsRules', () => {
  it('keeps a faulty file, but not a missing one', async () => {
    const said: string[] = [];
    const keeps = async () => keepsRules(await readManifest(out), out, (line) => said.push(line));
    expect(await keeps()).toBe(false);
    await publishRules(bytesOf({ diversity: 0.1 }, { name: 'bad', diversity: 7 }), out);
    expect(await keeps()).toBe(true);
    await writeFile(join(out, 'rules.json'), '{');
    expect(await keeps()).toBe(true);
    await rm(join(out, 'rules.json'));
    expect(await keeps()).toBe(false);
    expect(said).toEqual([
      'Kept rules.json: 1 rule.',
      expect.stringContaining('rules.json: pages leave out "bad", diversity'),
      expect.stringContaining('Kept rules.json, but: '),
      expect.stringContaining('Left out the rules: there is no rules.json'),
    ]);
  });
});
