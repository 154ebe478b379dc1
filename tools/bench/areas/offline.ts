import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import buildCommandLine from '../../../scripts/command-line';
import { type Area, type AreaResult, atLeast, type Figure } from '../kept';
import { type CommandRun, type Compared, inWords, sidestream, speedUp } from '../offline/runs';
import { evaluateOptions, writeShop } from '../offline/synthetic-shop';

/** The bar, on two processors. */
const MIN_SPEEDUP = 1.8;
/** Number of shoppers of the device protocol. */
const SHOPPERS = 48;
/** The reference and this method take the same time: of two windows, each learns the first. */
const WINDOWS = ['--windows', '2', '--methods', 'static'];

export const area: Area = {
  title: 'Offline, on all cores',
  async measure(say): Promise<AreaResult> {
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-offline-'));
    try {
      await buildCommandLine();
      const shop = await writeShop(folder);
      const evaluate = evaluateOptions(shop);
      say('learning the models of the past');
      await sidestream(...evaluate, '--shoppers', '2', '--processes', '2');
      const device = await measured('evaluate, shoppers', (processes) =>
        sidestream(...evaluate, '--shoppers', String(SHOPPERS), '--json', ...processes),
      );
      const windows = await measured('evaluate, windows', (processes) =>
        sidestream(...evaluate, ...['--protocol', 'windows', ...WINDOWS, '--json', ...processes]),
      );
      const parts = [device, windows];
      return {
        bars: parts.map(({ name, runs }) =>
          atLeast(`two processes over one: ${name}`, MIN_SPEEDUP, speedUp(runs), inWords(runs)),
        ),
        figures: [...parts.map(same), ...parts.map(idle)],
        series: {
          offline: { unit: '×', values: parts.map(({ name, runs }) => ({ name, value: speedUp(runs) })) },
        },
      };
    } finally {
      await rm(folder, { recursive: true });
    }

    async function measured(name: string, run: (processes: string[]) => Promise<CommandRun>): Promise<Part> {
      const runs = { one: await run(['--processes', '1']), two: await run(['--processes', '2']) };
      say(`${name}: ${speedUp(runs).toFixed(2)}; ${inWords(runs)}`);
      return { name, runs };
    }
  },
};

interface Part {
  name: string;
  runs: Compared;
}

/** Whether both gave the same result. */
function same({ name, runs: { one, two } }: Part): Figure {
  return { name: `${name}: result`, measured: one.out === two.out ? 'the same to the last digit' : 'NOT the same' };
}

/** Upper bound on an idle machine, unless a process waits for another. */
const idle = ({ name, runs: { one, two } }: Part): Figure => ({
  name: `${name}: processor time of two over that of one`,
  measured: (two.processor / one.processor).toFixed(2),
});
