import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SidestreamError } from '../../../src/error';
import { type Area, atMost, type Bar, type Figure, within } from '../bars';
import { installPeers } from '../peers';
import { performanceScore } from '../start/lighthouse';
import { session } from '../start/session';
import { page, shopOfThousand } from '../start/shop-of-thousand';
import { PHONE, staticHost } from '../start/static-host';
import { coldAndWarm, launch, longTasksWithoutList, sent, steps, type Visit, waterfall } from '../start/visits';
import { median, spread } from '../timing';

const ROUNDS = 5;
const SCORES = 3;
const [COLD, WARM] = [1000, 300];
/** Slow-down of the processor at which the cold start is measured. */
const CPU_SLOWDOWN = 4;
const [REQUESTS, BYTES] = [12, 200];
const LONG_TASK = 50;
const LIGHTHOUSE_POINTS = 2;
/** Visit path, and selector of the list, of what is measured. */
const PAGES = {
  demo: { path: '/demo/', selector: '[data-testid="for-you"]' },
  'shop of 1,000 items': { path: '/with.html', selector: 'sidestream-recs' },
};
type PageName = keyof typeof PAGES;
/** A static page with the demo's bundle, over the network of a phone. */
const ON_PHONE = { path: '/phone.html', selector: 'sidestream-recs' };
/** Requests one after the other, and time from the first paint to the list, ms. */
const [STEPS, AFTER_PAINT] = [3, 1200];

const root = fileURLToPath(new URL('../../../', import.meta.url));

export const area: Area = {
  title: 'From navigation to the first list',
  async measure(say) {
    installPeers(say);
    const built = `${root}dist`;
    if (!existsSync(built)) {
      throw new SidestreamError('runtime/invalid-input', 'The demo is not built; run npm start or npm test first.');
    }
    say('building the files that a page loads');
    const cdn = spawnSync(process.execPath, [...process.execArgv, `${root}scripts/cdn.ts`], {
      cwd: root,
      stdio: [0, 2, 2],
    });
    if (cdn.status !== 0) throw new SidestreamError('runtime/unexpected', 'The files for pages could not be built.');
    const bundle = await shopOfThousand();
    const host = await staticHost({
      ...{
        '/demo/': `${built}/`,
        '/sidestream/': `${root}lib/cdn/`,
        '/with.html': page(true),
        '/without.html': page(false),
        [ON_PHONE.path]: page(true, '/demo/bundle/'),
      },
      ...Object.fromEntries([...bundle].map(([name, bytes]) => [`/bundle/${name}`, bytes])),
    });
    const browser = await launch();
    try {
      const visits = new Map<string, { cold: Visit; warm: Visit }[]>();
      // The first visit of all compresses the files.
      for (const { path, selector } of [...Object.values(PAGES), ON_PHONE])
        await coldAndWarm(browser, host, { path, selector, slowDown: 1 });
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, { path, selector }] of Object.entries(PAGES)) {
          for (const slowDown of [1, CPU_SLOWDOWN]) {
            say(`round ${round + 1} of ${ROUNDS}: ${name}, slowed down ${slowDown} times`);
            const key = keyOf(name as PageName, slowDown);
            visits.set(key, [
              ...(visits.get(key) ?? []),
              await coldAndWarm(browser, host, { path, selector, slowDown }),
            ]);
          }
        }
      }
      host.network = PHONE;
      const phone = new Map<number, Visit[]>();
      for (let round = 0; round < ROUNDS; round++) {
        for (const slowDown of [1, CPU_SLOWDOWN]) {
          say(`round ${round + 1} of ${ROUNDS}: phone, slowed down ${slowDown} times`);
          const { cold } = await coldAndWarm(browser, host, { ...ON_PHONE, slowDown });
          phone.set(slowDown, [...(phone.get(slowDown) ?? []), cold]);
        }
      }
      host.network = null;
      const onPhone = (slowDown = 1) => phone.get(slowDown) ?? [];
      const afterPaint = (slowDown?: number) => median(onPhone(slowDown).map(({ list, paint }) => list - paint));
      say('the page without the element');
      const without: number[] = [];
      for (let round = 0; round < ROUNDS; round++)
        without.push(...(await longTasksWithoutList(browser, host, '/without.html')));
      say('clicks in the demo');
      const { clicks, longTasks } = await session(browser, `${host.origin}/demo/`);
      const scores = { with: [] as number[], without: [] as number[] };
      for (let round = 0; round < SCORES; round++) {
        say(`Lighthouse, round ${round + 1} of ${SCORES}`);
        scores.without.push(await performanceScore(`${host.origin}/without.html`));
        scores.with.push(await performanceScore(`${host.origin}/with.html`));
      }
      const of = (name: PageName, slowDown = 1) => visits.get(keyOf(name, slowDown)) ?? [];
      const names = Object.keys(PAGES) as PageName[];
      const lost = median(scores.without) - median(scores.with);
      const bars: Bar[] = [
        within(
          `demo: first list, cold, ${CPU_SLOWDOWN} x slower`,
          COLD,
          listTime(of('demo', CPU_SLOWDOWN), 'cold'),
          'ms',
        ),
        within('demo: first list, warm', WARM, listTime(of('demo'), 'warm'), 'ms'),
        ...names.flatMap((name) => {
          const before = of(name).map(({ cold }) => sent(cold));
          return [
            within(
              `${name}: requests before the first list`,
              REQUESTS,
              median(before.map(({ requests }) => requests)),
              'requests',
            ),
            within(
              `${name}: sent before the first list`,
              BYTES,
              median(before.map(({ brotli }) => brotli)) / 1000,
              'kB',
              `brotli; ${Math.round(median(before.map(({ gzip }) => gzip)) / 1000)} kB with gzip`,
            ),
          ];
        }),
        within('phone: requests one after the other', STEPS, median(onPhone().map(steps)), 'requests'),
        within('phone: first list after the first paint', AFTER_PAINT, afterPaint(), 'ms'),
        within(
          'longest task on the main thread',
          LONG_TASK,
          Math.max(...names.flatMap((name) => longest(of(name))), ...longTasks, 0),
          'ms',
          `of ${2 * ROUNDS} visits to each page and ${clicks.length} clicks; ${Math.round(Math.max(...longTasks, 0))} ms after these, ${Math.round(Math.max(...without, 0))} ms on the page without the element; 0 where none took 50 ms`,
        ),
        atMost(
          'points of Lighthouse that the element costs',
          LIGHTHOUSE_POINTS,
          lost,
          `${median(scores.without).toFixed(0)} without, ${median(scores.with).toFixed(0)} with, medians of ${SCORES}`,
        ),
      ];
      const figures: Figure[] = [
        ...names.flatMap((name) =>
          [1, CPU_SLOWDOWN].flatMap((slowDown) =>
            (['cold', 'warm'] as const).map((kind) => ({
              name: `${name}, ${kind}${slowDown > 1 ? `, ${slowDown} x slower` : ''}`,
              measured: `first list ${Math.round(listTime(of(name, slowDown), kind))} ms, first paint ${Math.round(median(of(name, slowDown).map((visit) => visit[kind].paint)))} ms, longest task ${Math.round(Math.max(0, ...of(name, slowDown).flatMap((visit) => visit[kind].longTasks)))} ms`,
            })),
          ),
        ),
        ...names.map((name) => ({ name: `${name}, what was requested`, measured: waterfall(of(name)[0].cold) })),
        {
          name: `phone, ${CPU_SLOWDOWN} x slower, first list after the first paint`,
          measured: `${Math.round(afterPaint(CPU_SLOWDOWN))} ms`,
        },
        { name: 'phone, what was requested', measured: waterfall(onPhone()[0]) },
        { name: 'demo, click to refreshed list', measured: `${spread(clicks)} of ${clicks.length}` },
      ];
      const values = names.flatMap((name) =>
        [1, CPU_SLOWDOWN].flatMap((slowDown) =>
          (['cold', 'warm'] as const).map((kind) => ({
            name: `${name}, ${kind}${slowDown > 1 ? `, ${slowDown} x slower` : ''}`,
            value: listTime(of(name, slowDown), kind),
          })),
        ),
      );
      return { bars, figures, series: { 'navigation to the first list': { unit: 'ms', values } } };
    } finally {
      await browser.close();
      host.close();
    }
  },
};

const keyOf = (name: PageName, slowDown: number): string => `${name} ${slowDown}`;

const listTime = (visits: readonly { cold: Visit; warm: Visit }[], kind: 'cold' | 'warm'): number =>
  median(visits.map((visit) => visit[kind].list));

/** The longest task of each visit. */
const longest = (visits: readonly { cold: Visit; warm: Visit }[]): number[] =>
  visits.flatMap(({ cold, warm }) => [cold, warm].map(({ longTasks }) => Math.max(0, ...longTasks)));
