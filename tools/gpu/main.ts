/**
 * `npm run gpu -- [--browser | --dawn] [--only <part> …] [--sizes tiny|full] [--software] [--json] [--out <folder>]`: runs
 * the encoders on this machine's WebGPU and on wasm, compares the numbers, and prints the times and
 * the environment. It runs in Chromium, or with `--dawn` in Node; on the hardware adapter, else on a software one, with sizes so small
 * that only the comparison counts.
 *
 * Exit status: 0 if every comparison is within its tolerance; 1 if one is not, or a part could not be measured; 2 if
 * there is no WebGPU adapter, so nothing was compared. `--json` ends with one line for programs; `--out` writes
 * `gpu-<runtime>-<adapter>.md` and `.json` into a folder.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { format, machine } from '../bench/kept';
import { isWithin, PARTS, type Part } from './findings';
import type { SizeName } from './host';

interface Options {
  dawn: boolean;
  only: Part[];
  sizes?: SizeName;
  software: boolean;
  json: boolean;
  out?: string;
}

const options = new Command('gpu')
  .description('Compares WebGPU with wasm on the adapter of this machine: numbers, and times.')
  .addOption(new Option('--browser', 'in Chromium, the default').conflicts('dawn'))
  .option('--dawn', 'in Node, by the package "webgpu", which the first run installs', false)
  .addOption(new Option('--only <part...>', 'some parts').choices(PARTS).default([...PARTS]))
  .addOption(new Option('--sizes <name>', 'default: tiny on a software adapter, else full').choices(['tiny', 'full']))
  .option('--software', 'SwiftShader of the browser, even if there is a GPU', false)
  .option('--json', 'ends with one line of JSON', false)
  .option('--out <folder>', 'writes a page and its data, such as docs/results')
  .parse()
  .opts<Options>();

const say = (line: string): void => console.error(line);
const folder = mkdtempSync(join(tmpdir(), 'sidestream-gpu-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// Dawn keeps the process alive.
process.exit(await main());

async function main(): Promise<number> {
  const before = machine();
  const wanted = { parts: options.only, sizes: options.sizes, software: options.software, folder };
  const run = options.dawn
    ? await (await import('./in-dawn')).measureInDawn(wanted, say)
    : await (await import('./in-browser')).measureInBrowser(wanted, say);
  if (!run) {
    console.log(
      'WebGPU gives no adapter here, so nothing was compared. Install a driver (on Linux one for Vulkan: mesa-vulkan-drivers has a software one), or run it on another machine.',
    );
    return 2;
  }
  const { markdownReport, terminalReport, fileStem } = await import('./report');
  console.log(terminalReport(run, before));
  const result = { ...run, machine: before, met: isWithin(run) };
  if (options.out !== undefined) {
    mkdirSync(options.out, { recursive: true });
    const stem = join(options.out, fileStem(run));
    writeFileSync(`${stem}.md`, markdownReport(run, before));
    writeFileSync(`${stem}.json`, `${JSON.stringify(result, null, 2)}\n`);
    format(`${stem}.md`, `${stem}.json`);
    say(`wrote ${stem}.md and ${stem}.json`);
  }
  if (options.json) console.log(JSON.stringify(result));
  return result.met ? 0 : 1;
}
