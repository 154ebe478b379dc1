import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { invalidInput, SidestreamError } from '../../../src/error';
import { type Area, atMost, within } from '../kept';
import { peers } from '../peers';
import { session } from '../start/session';
import { page, shopOfThousand } from '../start/shop-of-thousand';
import { PHONE, staticHost } from '../start/static-host';
import {
  coldAndWarm,
  launch,
  longTasksWithoutList,
  performanceScore,
  sent,
  steps,
  type Visit,
  waterfall,
} from '../start/visits';
import { median, spread } from '../timing';

const ROUNDS = 5;
const SCORES = 3;
const [COLD, WARM] = [1000, 300];
/** Slow-down of the processor at which the cold start is measured. */
const CPU_SLOWDOWN = 4;
const [REQUESTS, BYTES] = [12, 200];
const LONG_TASK = 50;
const LIGHTHOUSE_POINTS = 2;
const SLOW_DOWNS = [1, CPU_SLOWDOWN];
/** Path of the measured visit, and selector of its list. */
const PAGES = [
  { name: 'demo', path: '/demo/', selector: '[data-testid="for-you"]' },
  { name: 'shop of 1,000 items', path: '/with.html', selector: 'sidestream-recs' },
];
/** A static page with the demo's bundle, over a phone's network. */
const ON_PHONE = { name: 'phone', path: '/phone.html', selector: 'sidestream-recs' };
/** Number of consecutive requests, and time from the first paint to the list, ms. */
const [STEPS, AFTER_PAINT] = [3, 1200];

const root = fileURLToPath(new URL('../../../', import.meta.url));

export const area: Area = {
  title: 'From navigation to the first list',
  async measure(say) {
    peers.install(say);
    const built = `${root}dist`;
    if (!existsSync(built)) {
      throw invalidInput('The demo is not built; run npm start or npm test first.');
    }
    say('building the files that a page loads');
    const cdn = spawnSync(process.execPath, [...process.execArgv, `${root}scripts/cdn.ts`], {
      cwd: root,
      stdio: [0, 2, 2],
    });
    if (cdn.status !== 0) throw new SidestreamError('runtime/unexpected', 'The files for pages could not be built.');
    const bundle = await shopOfThousand();
    const files = [...bundle].map(([name, bytes]) => [`/bundle/${name}`, bytes] as const);
    const host = await staticHost({
      '/demo/': `${built}/`,
      '/sidestream/': `${root}lib/cdn/`,
      '/with.html': page(true),
      '/without.html': page(false),
      [ON_PHONE.path]: page(true, '/demo/bundle/'),
      ...Object.fromEntries(files),
    });
    const browser = await launch();
    try {
      // The very first visit compresses the files.
      for (const { path, selector } of [...PAGES, ON_PHONE])
        await coldAndWarm(browser, host, { path, selector, slowDown: 1 });
      const visits = [...PAGES, ON_PHONE].flatMap((of) =>
        SLOW_DOWNS.map((slowDown) => ({ ...of, slowDown, all: [] as { cold: Visit; warm: Visit }[] })),
      );
      for (let round = 0; round < ROUNDS; round++) {
        for (const { name, path, selector, slowDown, all } of visits) {
          say(`round ${round + 1} of ${ROUNDS}: ${name}, slowed down ${slowDown} times`);
          host.network = name === ON_PHONE.name ? PHONE : null;
          all.push(await coldAndWarm(browser, host, { path, selector, slowDown }));
        }
      }
      host.network = null;
      const of = (wanted: string, slowDown = 1) =>
        visits.flatMap((one) => (one.name === wanted && one.slowDown === slowDown ? one.all : []));
      const onPhone = (slowDown?: number) => of(ON_PHONE.name, slowDown).map(({ cold }) => cold);
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
      const [scoreWithout, scoreWith] = [median(scores.without), median(scores.with)];
      const names = PAGES.map(({ name }) => name);
      const kinds = names.flatMap((name) =>
        SLOW_DOWNS.flatMap((slowDown) =>
          (['cold', 'warm'] as const).map((kind) => ({
            name: `${name}, ${kind}${slowDown > 1 ? `, ${slowDown} x slower` : ''}`,
            all: of(name, slowDown).map((visit) => visit[kind]),
          })),
        ),
      );
      const longest = kinds.flatMap(({ name, all }) => (name.includes('slower') ? [] : all.map(longestTask)));
      return {
        bars: [
          within(
            `demo: first list, cold, ${CPU_SLOWDOWN} x slower`,
            COLD,
            listTime(of('demo', CPU_SLOWDOWN).map(({ cold }) => cold)),
            'ms',
          ),
          within('demo: first list, warm', WARM, listTime(of('demo').map(({ warm }) => warm)), 'ms'),
          ...names.flatMap((name) => {
            const before = of(name).map(({ cold }) => sent(cold));
            const [requests, brotli, gzip] = (['requests', 'brotli', 'gzip'] as const).map((what) =>
              median(before.map((one) => one[what])),
            );
            const more = `brotli; ${Math.round(gzip / 1000)} kB with gzip`;
            return [
              within(`${name}: requests before the first list`, REQUESTS, requests, 'requests'),
              within(`${name}: sent before the first list`, BYTES, brotli / 1000, 'kB', more),
            ];
          }),
          within('phone: requests one after the other', STEPS, median(onPhone().map(steps)), 'requests'),
          within('phone: first list after the first paint', AFTER_PAINT, afterPaint(), 'ms'),
          within(
            'longest task on the main thread',
            LONG_TASK,
            Math.max(...longest, ...longTasks, 0),
            'ms',
            `of ${2 * ROUNDS} visits to each page and ${clicks.length} clicks; ${Math.round(Math.max(...longTasks, 0))} ms after these, ${Math.round(Math.max(...without, 0))} ms on the page without the element; 0 where none took 50 ms`,
          ),
          atMost(
            'points of Lighthouse that the element costs',
            LIGHTHOUSE_POINTS,
            scoreWithout - scoreWith,
            `${scoreWithout.toFixed(0)} without, ${scoreWith.toFixed(0)} with, medians of ${SCORES}`,
          ),
        ],
        figures: [
          ...kinds.map(({ name, all }) => ({
            name,
            measured: `first list ${Math.round(listTime(all))} ms, first paint ${Math.round(median(all.map(({ paint }) => paint)))} ms, longest task ${Math.round(Math.max(...all.map(longestTask)))} ms`,
          })),
          ...names.map((name) => ({ name: `${name}, requests`, measured: waterfall(of(name)[0].cold) })),
          {
            name: `phone, ${CPU_SLOWDOWN} x slower, first list after the first paint`,
            measured: `${Math.round(afterPaint(CPU_SLOWDOWN))} ms`,
          },
          { name: 'phone, requests', measured: waterfall(onPhone()[0]) },
          { name: 'demo, click to refreshed list', measured: `${spread(clicks)} of ${clicks.length}` },
        ],
        series: {
          'navigation to the first list': {
            unit: 'ms',
            values: kinds.map(({ name, all }) => ({ name, value: listTime(all) })),
          },
        },
      };
    } finally {
      await browser.close();
      host.close();
    }
  },
};

const listTime = (visits: readonly Visit[]): number => median(visits.map(({ list }) => list));
const longestTask = ({ longTasks }: Visit): number => Math.max(0, ...longTasks);
