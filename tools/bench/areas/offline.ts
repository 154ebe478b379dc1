import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import buildCommandLine from '../../../scripts/command-line';
import { type Area, type AreaResult, atLeast, type Figure } from '../bars';
import { type Compared, compared, inWords, sidestream, speedUp } from '../offline/runs';
import { evaluateOptions, writeShop } from '../offline/synthetic-shop';

/** The bar: on two processors. */
const MIN_SPEEDUP = 1.8;
/** Shoppers of the device protocol. */
const SHOPPERS = 48;
/** Each command is run so often with one process and with two. */
const ROUNDS = 1;
/** Two methods that take the same time, the reference and this one: of two windows, each learns the first. */
const WINDOWS = ['--windows', '2', '--methods', 'static'];

export const area: Area = {
  title: 'Offline, on all cores',
  async measure(say): Promise<AreaResult> {
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-offline-'));
    try {
      await buildCommandLine();
      const shop = await writeShop(folder);
      const evaluate = evaluateOptions(shop);
      say('learning what an evaluation needs of the past');
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

    async function measured(name: string, run: (processes: string[]) => ReturnType<typeof sidestream>): Promise<Part> {
      const runs = await compared(ROUNDS, (processes) => run(['--processes', String(processes)]));
      say(`${name}: ${speedUp(runs).toFixed(2)}; ${inWords(runs)}`);
      return { name, runs };
    }
  },
};

interface Part {
  name: string;
  runs: Compared;
}

/** Whether both found the same. */
function same({ name, runs: { one, two } }: Part): Figure {
  const found = new Set([...one, ...two].map(({ out }) => out));
  return { name: `${name}: result`, measured: found.size === 1 ? 'the same to the last digit' : 'NOT the same' };
}

/** What a machine with nothing else to do would show at most, as far as no process waits for another. */
const idle = ({ name, runs: { one, two } }: Part): Figure => ({
  name: `${name}: processor time of two over that of one`,
  measured: (two[0].processor / one[0].processor).toFixed(2),
});
