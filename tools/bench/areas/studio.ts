import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeTraining } from '../../../e2e/support/node-training';
import { openFolder } from '../../../packages/cli/bundler';
import buildCommandLine from '../../../scripts/command-line';
import { prepareDemoBundle } from '../../../scripts/start/demo-bundle';
import { prepareSite, serveSite } from '../../../scripts/start/site';
import { SidestreamError } from '../../../src/error';
import { type Area, type AreaResult, atLeast, atMost, type Say, within } from '../kept';
import { type CommandRun, sidestream } from '../offline/runs';
import { launch } from '../start/visits';
import { agreement } from '../studio/compare';
import { type BenchShop, benchShop } from '../studio/shop';
import { type Made, visitStudio } from '../studio/visit';

/** Number of products for which the time has a limit, seconds; fewer are scaled. */
const [PRODUCTS, LIMIT] = [1000, 120];
/** Maximum times of the command line's. */
const [MAX_ENCODING, MAX_TRAINING] = [1.5, 2];
const [MIN_COSINE, MIN_NEIGHBORS] = [0.9999, 0.99];
/** Number of builds of each, in turn; the fastest counts, which other work on the machine disturbed least. */
const ROUNDS = 2;
const PORT = 4196;

const TRAINING = fileURLToPath(new URL('../../../e2e/support/node-training.ts', import.meta.url));

export const area: Area = {
  title: 'Studio in a browser, beside the command line',
  async measure(say): Promise<AreaResult> {
    await prepareDemoBundle();
    await prepareSite();
    await buildCommandLine();
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-bench-studio-'));
    const browser = await launch();
    try {
      const shop = await benchShop(folder, PRODUCTS);
      const url = new URL('studio.html', await serveSite(PORT, false)).href;
      const made: Made[] = [];
      const built: CommandRun[] = [];
      const [ours, theirs] = ['studio', 'command-line'].map((name) => join(folder, name));
      for (let round = 1; round <= ROUNDS; round++) {
        built.push(await build(say, shop, `${theirs}-${round}`));
        const visit = await visitStudio(browser, url, shop, { out: `${ours}-${round}`, learns: round === ROUNDS });
        made.push(visit);
        const { read, encoded, processor } = visit;
        say(
          `Studio: read in ${one(read)}, encoded in ${one(encoded)}, processor ${one(processor)}, load ${one(loadavg()[0], '')}`,
        );
      }
      const alike = agreement(await openFolder(`${ours}-1`), await openFolder(`${theirs}-1`));
      say('training in Node');
      const node = await nodeTraining(`${ours}-${ROUNDS}`, shop.events);
      const trained = made[ROUNDS - 1].trained ?? Number.NaN;
      const [encoded, whole, command] = [
        Math.min(...made.map(({ encoded }) => encoded)),
        Math.min(...made.map(({ read, encoded }) => read + encoded)),
        Math.min(...built.map(({ seconds }) => seconds)),
      ];
      const where = `${shop.products} products with pictures, wasm on ${cpus().length} cores`;
      const per = PRODUCTS / shop.products;
      return {
        bars: [
          within('1,000 products from their files to the bundle', LIMIT, per * whole, 's', `${where}: ${one(whole)}`),
          atMost(
            'the same catalogue beside the command line, on all cores',
            MAX_ENCODING,
            whole / command,
            `Studio ${all(made.map(({ read, encoded }) => read + encoded))}, command line ${all(built.map(({ seconds }) => seconds))}`,
          ),
          atLeast(
            'lowest cosine of a feature row to the command line’s',
            MIN_COSINE,
            alike.cosine,
            alike.cosine.toFixed(6),
          ),
          atLeast(
            'share of the first five neighbours that are equal',
            MIN_NEIGHBORS,
            alike.neighbors,
            `${(100 * alike.neighbors).toFixed(2)} %, lowest of text, picture and both`,
          ),
          atMost(
            'training beside Node, both on wasm',
            MAX_TRAINING,
            trained / node.seconds,
            `Studio ${one(trained)}, Node ${one(node.seconds)}, ${node.reports.length} epochs`,
          ),
        ],
        figures: [
          {
            name: 'Studio: encoding alone',
            measured: `${one(encoded)}, ${((1000 * encoded) / shop.products).toFixed(0)} ms for a product`,
          },
          {
            name: 'processor time of the same, which other work on the machine changes less',
            measured: `Studio ${all(made.map(({ processor }) => processor))}, command line ${all(built.map(({ processor }) => processor))}`,
          },
          { name: 'Studio: catalogue and pictures read and kept', measured: all(made.map(({ read }) => read)) },
        ],
      };
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const one = (seconds: number, unit = ' s'): string => `${seconds.toFixed(1)}${unit}`;
const all = (seconds: readonly number[]): string => seconds.map((time) => one(time)).join(' and ');

async function build(say: Say, { catalog, images }: BenchShop, out: string): Promise<CommandRun> {
  const options = ['--images', images, '--image-base', 'images/', '--out', out];
  const run = await sidestream('build', catalog, ...options);
  const { seconds, processor, load } = run;
  say(`command line: ${one(seconds)}, processor ${one(processor)}, load ${one(load, '')}`);
  return run;
}

async function nodeTraining(bundle: string, events: string): Promise<NodeTraining> {
  const child = spawn(process.execPath, [...process.execArgv, TRAINING, bundle, events], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new SidestreamError('runtime/unexpected', `The training in Node ended with ${code}.`);
  return JSON.parse(out);
}
