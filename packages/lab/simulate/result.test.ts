import { beforeAll, describe, expect, it } from 'vitest';
import { smallWorld } from '../../../testing/simulation';
import { type ShopBlock, simulateBlock } from './block';
import { figureCards } from './cards';
import { FIGURES } from './figures';
import { simulationPage } from './page';
import { type Simulation, simulationLine, simulationOf } from './result';
import { simulatedShopper, TASTE_CHANGES } from './shopper';
import { CONFIGURATIONS, simulatedShop } from './shops';
import { simulationText, titleOf } from './summary-text';

const { world, market, before, after } = smallWorld();
const shops = CONFIGURATIONS.map((name) => simulatedShop(name, { before, after }));
let blocks: ShopBlock[][];
let simulation: Simulation;

const of = (some: readonly ShopBlock[][], sharedSecond: number | null = null): Simulation =>
  simulationOf({
    source: 'synthetic',
    sharedSecond,
    setting: 'a few shoppers & their <tastes>',
    items: 120,
    seed: 1,
    blocks: some,
    compared: 'sidestream',
    loop: [],
    seconds: 1,
    processes: 1,
  });

beforeAll(() => {
  blocks = [0, 1].map((block) =>
    simulateBlock(
      shops,
      [0, 1].map((n) => simulatedShopper(world, TASTE_CHANGES[2 * block + n], [1, 2 * block + n])),
      market,
    ),
  );
  simulation = of(blocks);
});

/** With plain spaces instead of the ones that keep a number and its sign on one line. */
const pageOf = (simulation: Simulation): string => simulationPage(simulation).replaceAll('\u00a0', ' ');

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
    expect(simulation.timing).toMatchObject({ shoppersPerSecond: 4, visitsPerSecond: 24 });
    expect(simulation.timing.updateMs.map(({ name }) => name)).toEqual(['terms', 'sidestream']);
  });

  it('is one line of JSON', () => {
    const line = simulationLine(simulation);
    expect(line).not.toContain('\n');
    const read: Simulation = JSON.parse(line);
    expect(read.configurations[0].figures.hr10.mean).toBeCloseTo(simulation.configurations[0].figures.hr10.mean, 4);
  });

  it('describes the findings in words', () => {
    const text = simulationText(simulation);
    expect(text).toMatch(/^- Follows a change of taste: [a-z ,]+ \(/);
    expect(text).toMatch(/^± is half of a 95 % interval/m);
    expect(text).toMatch(/^\| +\| random +\| popularity +\| content/m);
    expect(text).toMatch(/^\| HR@10: sought and in the first ten, % +\| \d+\.\d ± \d+\.\d/m);
    expect(text).toMatch(/^4\.0 shoppers per second, .* in 1 processes\.$/m);
    expect(text).not.toContain('NaN');
  });

  it('warns in text, JSON and report, before any figure, that a log of orders flatters', () => {
    const orders = of(blocks, 0.998);
    expect(orders.warnings).toEqual([
      expect.stringMatching(/^99\.8 % of the ranked events .* this is a log of orders/),
    ]);
    const [warning] = orders.warnings;
    expect(simulationText(orders).startsWith(`${warning}\n\n`)).toBe(true);
    expect(JSON.parse(simulationLine(orders))).toMatchObject({ sharedSecond: 0.998, warnings: [warning] });
    const page = pageOf(orders);
    expect(page).toContain(`<p class="alarm" role="alert">${warning}</p>`);
    expect(page.indexOf(warning)).toBeLessThan(page.indexOf('<h2>What was found'));
    for (const other of [simulation, of(blocks, 0.2)]) {
      expect(other.warnings).toEqual([]);
      expect(pageOf(other)).not.toContain('role="alert"');
    }
  });

  it('explains next to each table what ± is, that changes are in points, and why a figure is missing', () => {
    const text = simulationText(simulation);
    const compared = text.slice(text.indexOf('### sidestream against the others'));
    expect(compared).toMatch(/^### .*\n\n± is half of a 95 % interval, about two standard errors\.\n\n\| /);
    expect(compared).toMatch(/^\| HR@10: sought and in the first ten, points +\| [+−]/m);
    const absent = 'random, popularity, content, terms and oracle have no value (–), because no experts are learned.';
    expect(text).toContain(`Experts kept at the end: ${absent}`);
    expect(text).toMatch(/^\| Experts kept at the end +\| – +\| – +\|/m);
  });
});

describe('the report', () => {
  let page: string;
  beforeAll(() => {
    page = pageOf(simulation);
  });

  it('is one file with the numbers behind every picture, and requests nothing', () => {
    expect(page).not.toMatch(/<script|<link|https?:(?!\/\/www\.w3\.org)|url\((?!#)/);
    const pictures = page.match(/<svg role="img" aria-labelledby="[^"]+"/g) ?? [];
    expect(pictures.length).toBeGreaterThan(12);
    expect(new Set(pictures).size).toBe(pictures.length);
    expect(page.match(/<details>/g)).toHaveLength(pictures.length);
    expect(page).toContain('a few shoppers &amp; their &lt;tastes&gt;');
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
  });

  it('has no picture of a figure that a single configuration has, and a row with the reason for one that lacks it', () => {
    const single = 'Experts kept at the end';
    expect(simulation.configurations.filter(({ figures }) => !Number.isNaN(figures.experts.mean))).toHaveLength(1);
    expect(page).not.toContain(`<figcaption><h3>${single}`);
    expect(page).toContain(`<th scope="row">${single}</th>`);
    const some: Simulation = structuredClone(simulation);
    for (const [n, { figures }] of some.configurations.entries()) {
      const mean = n < 2 ? Number.NaN : 0.5;
      figures.retention = { mean, low: mean, high: mean };
    }
    const [card] = figureCards(some).filter(({ title }) => title === titleOf(FIGURES.retention));
    expect(card.rows).toHaveLength(some.configurations.length);
    expect(card.meaning).toMatch(
      / Here random and popularity have no value \(–\), because no list followed the taste before it left\.$/,
    );
    expect(pageOf(some)).toMatch(/<p class="note">Kept of a taste on return: random and popularity have no value/);
  });

  it('explains above each table of changes and of steps what ± is', () => {
    const notes = page.match(/<p class="note">± is half of a 95 % interval/g) ?? [];
    const lines = page.match(/<summary>Numbers<\/summary><p class="note">±/g) ?? [];
    expect([notes.length - lines.length, lines.length > 0]).toEqual([2, true]);
    expect(page).toContain('<th scope="col">95 % interval from</th>');
  });

  it('takes its colours from the page, so that it can be dark', () => {
    const drawn = page.split('<main>')[1];
    expect(drawn).toContain('var(--sidestream)');
    expect(drawn.match(/(fill|stroke)="(?!var|none|currentColor")[^"]*"/g) ?? []).toEqual([]);
  });
});
