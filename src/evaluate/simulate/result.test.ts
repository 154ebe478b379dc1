import { beforeAll, describe, expect, it } from 'vitest';
import { smallWorld } from '../../testing/simulation';
import { blockText, parseBlock, type ShopBlock, simulateBlock } from './block';
import { simulationPage } from './page/page';
import { parseSimulation, type Simulation, simulationLine, simulationOf } from './result';
import { madeUpShopper, TASTE_CHANGES } from './shopper';
import { CONFIGURATIONS, simulatedShop } from './shops';
import { simulationText } from './summary-text';

const { world, market, before, after } = smallWorld();
const shops = CONFIGURATIONS.map((name) => simulatedShop(name, { before, after, seed: 1 }));
let blocks: ShopBlock[][];
let simulation: Simulation;

const of = (some: readonly ShopBlock[][]): Simulation =>
  simulationOf({
    ...{ source: 'synthetic', setting: 'a few shoppers & their <tastes>', items: 120, seed: 1, blocks: some },
    ...{ compared: 'sidestream', loop: [] },
    timing: { seconds: 1, processes: 1, visitsPerSecond: 24, shoppersPerSecond: 4 },
  });

beforeAll(async () => {
  const all = [0, 1].map((block) =>
    simulateBlock(
      shops,
      [0, 1].map((n) => madeUpShopper(world, TASTE_CHANGES[2 * block + n], [1, 2 * block + n])),
      market,
    ),
  );
  blocks = await Promise.all(all);
  simulation = of(blocks);
});

describe('the result of a simulation', () => {
  it('has every configuration, and the compared one against all others', () => {
    expect(simulation.shoppers).toBe(4);
    expect(simulation.configurations.map(({ name }) => name)).toEqual([...CONFIGURATIONS]);
    const { of: compared, against } = simulation.comparison;
    expect([compared, ...against.map(({ name }) => name)]).toEqual([
      ...['sidestream', 'random', 'popularity', 'content', 'terms', 'oracle'],
    ]);
    const [own, oracle] = ['sidestream', 'oracle'].map(
      (name) => simulation.configurations.find((one) => one.name === name)?.figures.hr10.mean ?? Number.NaN,
    );
    expect(against[4].changes.hr10.mean).toBeCloseTo(own - oracle, 10);
    expect(simulation.timing.updateMs.map(({ name }) => name)).toEqual(['terms', 'sidestream']);
  });

  it('is the same after its blocks went through another process', () => {
    const sent = blocks.map((block) => parseBlock(blockText(block)));
    const { timing: _, ...result } = of(sent);
    expect(result).toEqual(Object.fromEntries(Object.entries(simulation).filter(([name]) => name !== 'timing')));
  });

  it('is read back from its line, and refused where it is another version or none', () => {
    const line = simulationLine(simulation);
    expect(line).not.toContain('\n');
    const read = parseSimulation(line);
    expect(read.configurations[0].figures.hr10.mean).toBeCloseTo(simulation.configurations[0].figures.hr10.mean, 4);
    expect(parseSimulation(simulationLine(read))).toEqual(read);
    for (const text of ['{', '{}', line.replace('"schema":1', '"schema":2')]) {
      expect(() => parseSimulation(text)).toThrow(expect.objectContaining({ code: 'runtime/invalid-input' }));
    }
    expect(() => parseBlock('[{}]')).toThrow(expect.objectContaining({ code: 'runtime/invalid-input' }));
  });

  it('says in words what was found', () => {
    const text = simulationText(simulation);
    expect(text).toMatch(/^± is half of a 95 % interval/);
    expect(text).toMatch(/^\| +\| random +\| popularity +\| content/m);
    expect(text).toMatch(/^\| HR@10: looked for and in the first ten, % +\| \d+\.\d ± \d+\.\d/m);
    expect(text).toContain('NDCG@10 of sidestream is');
    expect(text).not.toContain('NaN');
  });
});

describe('the report', () => {
  let page: string;
  beforeAll(() => {
    page = simulationPage(simulation);
  });

  it('is one file with the numbers behind every picture, and asks for nothing', () => {
    expect(page).not.toMatch(/<script|<link|https?:(?!\/\/www\.w3\.org)|url\((?!#)/);
    const pictures = page.match(/<svg role="img" aria-labelledby="[^"]+"/g) ?? [];
    expect(pictures.length).toBeGreaterThan(12);
    expect(new Set(pictures).size).toBe(pictures.length);
    expect(page.match(/<details>/g)).toHaveLength(pictures.length);
    expect(page).toContain('a few shoppers &amp; their &lt;tastes&gt;');
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
  });

  it('takes its colours from the page, so that it can be dark', () => {
    const drawn = page.split('<main>')[1];
    expect(drawn).toContain('var(--sidestream)');
    // What clips has a colour that nobody sees.
    expect(drawn.match(/(fill|stroke)="(?!var|none|#000")[^"]*"/g) ?? []).toEqual([]);
  });
});
