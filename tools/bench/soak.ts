/**
 * A long visit: tens of thousands of lists and events, with the heap of page and worker after each tenth of it, garbage
 * collected. Run it with `npm run bench:soak`; needs `npm start` or `npm test` once before. The last line is JSON.
 *
 * Options: `--lists 20000`, `--events 100000`.
 */
import { parseArgs } from 'node:util';
import { type CDPSession, chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { serveHeadless } from '../../e2e/support/headless';
import config from '../../playwright.config';

const STAGES = 10;
/** Requests or events in flight at a time. */
const MAX_IN_FLIGHT = 50;
/** Maximum growth from the first tenth to the last that counts as flat. */
const MAX_GROWTH = 0.2;
const PORT = 4191;

const { values: options } = parseArgs({
  options: {
    lists: { type: 'string', default: '20000' },
    events: { type: 'string', default: '100000' },
  },
});

interface HeapUsage {
  usedSize: number;
}

/** The worker of a page, for the few commands that Playwright lacks for workers. */
class WorkerSession {
  #id = 0;
  readonly #answers = new Map<number, (result: unknown) => void>();

  private constructor(
    private readonly page: CDPSession,
    private readonly sessionId: string,
  ) {
    page.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message);
      this.#answers.get(id)?.(result);
      this.#answers.delete(id);
    });
  }

  static async of(page: CDPSession): Promise<WorkerSession> {
    const attached = new Promise<string>((resolve) => {
      page.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
        if (targetInfo.type === 'worker') resolve(sessionId);
      });
    });
    await page.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return new WorkerSession(page, await attached);
  }

  async send<Result>(method: string): Promise<Result> {
    const id = ++this.#id;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    const message = JSON.stringify({ id, method });
    await this.page.send('Target.sendMessageToTarget', { message, sessionId: this.sessionId });
    return (await answer) as Result;
  }
}

/** A tenth of the visit: lists of all kinds and, mostly, impressions. */
const visit = (page: Page, lists: number, events: number): Promise<void> =>
  page.evaluate(
    async ([listCount, eventCount, atOnce]) => {
      const { recommender } = window;
      const { items } = await recommender.catalog.browse({ limit: 1000 });
      const idOf = (n: number) => items[(n * 17) % items.length].id;
      const inBatches = async (count: number, work: (n: number) => Promise<unknown>): Promise<void> => {
        for (let first = 0; first < count; first += atOnce) {
          const batch = Array.from({ length: Math.min(atOnce, count - first) }, (_, n) => work(first + n));
          await Promise.all(batch);
        }
      };
      await inBatches(eventCount, (n) => recommender.track(n % 10 === 0 ? 'click' : 'impression', idOf(n)));
      const control = new AbortController();
      await inBatches(listCount, (n) => {
        const request = n % 4 === 0 ? ({ placement: 'similar', itemId: idOf(n) } as const) : {};
        return recommender.recommend(request, n % 2 === 0 ? {} : { signal: control.signal, timeout: 600_000 });
      });
      await recommender.status.settled();
    },
    [lists, events, MAX_IN_FLIGHT] as const,
  );

const server = await preview({ preview: { port: PORT }, logLevel: 'error' });
const browser = await chromium.launch({
  executablePath: config.use?.launchOptions?.executablePath,
  args: ['--no-sandbox', '--disable-quic'],
});
try {
  const context = await browser.newContext({ baseURL: server.resolvedUrls?.local[0] });
  await serveHeadless(context);
  const page = await context.newPage();
  // tsx wraps named functions in a call of this helper, which the page does not have.
  await page.addInitScript('globalThis.__name = (named) => named');
  await page.goto('/headless.html');
  await page.waitForFunction(() => 'sidestream' in window);
  const session = await context.newCDPSession(page);
  const attached = WorkerSession.of(session);
  await page.evaluate(async () => {
    window.recommender = await window.sidestream.createRecommender({ bundle: '/bundle/', consent: 'granted' });
  });
  const worker = await attached;
  const [lists, events] = [Number(options.lists), Number(options.events)];
  const stages: { lists: number; events: number; page: number; worker: number }[] = [];
  for (let stage = 1; stage <= STAGES; stage++) {
    await visit(page, lists / STAGES, events / STAGES);
    await session.send('HeapProfiler.collectGarbage');
    await worker.send('HeapProfiler.collectGarbage');
    const own: HeapUsage = await session.send('Runtime.getHeapUsage');
    const its = await worker.send<HeapUsage>('Runtime.getHeapUsage');
    stages.push({
      lists: (stage * lists) / STAGES,
      events: (stage * events) / STAGES,
      page: own.usedSize,
      worker: its.usedSize,
    });
    const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `${stages[stage - 1].lists} lists, ${stages[stage - 1].events} events: page ${mb(own.usedSize)}, worker ${mb(its.usedSize)}`,
    );
  }
  const growth = (part: 'page' | 'worker'): number => stages[STAGES - 1][part] / stages[0][part] - 1;
  const grown = { page: growth('page'), worker: growth('worker') };
  const flat = { page: grown.page <= MAX_GROWTH, worker: grown.worker <= MAX_GROWTH };
  console.log(JSON.stringify({ options, stages, growth: grown, flat }));
  if (!flat.page || !flat.worker) process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}
