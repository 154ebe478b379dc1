/**
 * `tsx e2e/support/node-training.ts <bundle> <events>`: trains as `sidestream train` does, and prints loss and held-out hit rate of
 * each epoch, the kept epoch and the seconds, as JSON.
 */
import { openFolder } from '../../packages/cli/bundler';
import { startCompute } from '../../packages/cli/training';
import { shopChoices, trainShop } from '../../packages/shop/training';
import type { SideReport } from '../../packages/shop/training/side';
import { readEventFile } from '../../testing/event-file';

/** Output of this script. */
export interface NodeTraining {
  reports: SideReport[];
  keptEpoch: number;
  seconds: number;
}

const [bundleFolder, events] = process.argv.slice(2);
const started = performance.now();
const { bundle, choices } = shopChoices(await openFolder(bundleFolder), await readEventFile(events));
await startCompute();
let reports: readonly SideReport[] = [];
const { learned } = await trainShop({
  bundle,
  choices,
  seed: 1,
  meter: { start: () => {}, advance: () => {}, stop: () => {} },
  say: () => {},
  onReports: (all) => {
    reports = [...all];
  },
});
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ reports, keptEpoch: learned.training?.epochs, seconds }));
