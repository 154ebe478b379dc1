import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from '../../../packages/cli/bundler';
import { inspectCommand } from '../../../packages/cli/commands/inspect';
import { MODELS_FOLDER } from '../../../packages/encoders/hub/encoder-files';
import { makeDemoCatalog } from '../../../scripts/demo/catalogue';
import { type AreaResult, atMost, type Say } from '../kept';
import { processorTime } from '../timing';
import { mixedTexts, SHOP } from './texts';

/** Number of products of the larger shop, which have only a title; inspecting compares every product with every other. */
const LARGE = 3000;

interface Shop {
  name: string;
  catalog: string;
  images?: string;
}

/** Processor time of `sidestream inspect --neighbours` compared with the build of the same bundle, both in this process. */
export async function besideBuild(say: Say): Promise<AreaResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-bench-'));
  const result: AreaResult = { bars: [], figures: [] };
  try {
    for (const [n, { name, ...shop }] of (await shops(folder)).entries()) {
      say(`building and inspecting ${name}`);
      const out = join(folder, `bundle-${n}`);
      const build = () =>
        buildBundle({
          ...shop,
          out,
          imageBase: '',
          text: 'title-description',
          models: MODELS_FOLDER,
          encoders: true,
          workers: 1,
          meter: { start() {}, advance() {}, stop() {} },
        });
      const built = await processorTime(build);
      const again = await processorTime(build);
      const inspect = () => inspectCommand().parseAsync([out, '--neighbours', '--json'], { from: 'user' });
      const inspected = await processorTime(inspect);
      result.bars.push(
        atMost(
          `inspect --neighbours to the build: ${name}`,
          1,
          inspected.processor / built.processor,
          `${inspected.processor.toFixed(0)} and ${built.processor.toFixed(0)} ms of processor time; built again, with everything cached, ${again.processor.toFixed(0)} ms`,
        ),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return result;
}

async function shops(folder: string): Promise<Shop[]> {
  const demo = { catalog: join(folder, 'demo.jsonl'), images: join(folder, 'demo') };
  await makeDemoCatalog(demo);
  const large = join(folder, 'large.jsonl');
  const lines = mixedTexts(LARGE).map((text, n) => {
    const title = `${n} ${text.split(' ', 5).join(' ')}`;
    return JSON.stringify({ id: `${n}`, title, category: `category ${n % 40}` });
  });
  await writeFile(large, `${lines.join('\n')}\n`);
  const real = { name: 'a shop of 199 products', catalog: join(SHOP, 'catalog.jsonl'), images: join(SHOP, 'images') };
  return [
    { name: 'the demo', ...demo },
    ...(existsSync(SHOP) ? [real] : []),
    { name: `${LARGE.toLocaleString('en')} titles`, catalog: large },
  ];
}
