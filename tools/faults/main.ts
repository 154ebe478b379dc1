/**
 * `npm run faults -- --kills 100 --seed 1`: shows that no acknowledged event is lost when the browser is killed. A page
 * tracks events and learns, in some rounds with a second tab; in some, a consent tool has the shopper's yes; in some, the shopper
 * denies consent in one of all possible ways, even while the bundle is missing. At a random moment, every
 * process of the browser gets SIGKILL; the next browser, on the same profile, must find each acknowledged event (none
 * from before a denial), and show a list. Linux only: processes are found in /proc.
 * This does not cover a power cut: data that the operating system has not yet written survives a kill.
 * Before the kills, builds overlap with the other commands that write a bundle (overlap.ts).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { serve } from '../../e2e/support/host';
import { createMeter } from '../../packages/cli/bundler/meter';
import { layCommandLine } from '../../scripts/command-line';
import { buildCdn } from '../../scripts/package/bundles';
import { overlappingBuilds } from './overlap';
import { DENIALS, planRounds } from './plan';
import { type Found, Shopper } from './round';

const { kills, builds, seed } = new Command('faults')
  .description(
    'Kills the browser at random moments and checks whether an acknowledged event is lost; lets builds overlap with other commands and checks whether a part of the bundle is lost.',
  )
  .option('--kills <n>', 'how often', wholeNumber, 100)
  .option('--builds <n>', 'how many builds overlap with rules, offers and train', wholeNumber, 20)
  .option('--seed <n>', 'seed of items, pauses and moments', wholeNumber, 1)
  .parse()
  .opts<{ kills: number; builds: number; seed: number }>();
if (!existsSync('/proc/self/stat')) throw new Error('This needs Linux: the processes to kill are found in /proc.');

const folder = mkdtempSync(join(tmpdir(), 'sidestream-faults-'));
// Also if the run is interrupted; a dying browser may still write.
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
const profile = join(folder, 'profile');
mkdirSync(profile);

const meter = createMeter();
await layCommandLine(join(folder, 'command-line'));
meter.start('builds', builds);
const overlaps = await overlappingBuilds(
  { builds, seed, command: join(folder, 'command-line/lib/cli/main.js'), folder: join(folder, 'shop') },
  () => meter.advance(1),
).finally(() => meter.stop());
for (const line of overlaps) console.log(line);

const server = await serve(await prepareSite(join(folder, 'sidestream')));
const shopper = new Shopper(profile, server.origin);
const lost = new Set<string>();
const trouble: string[] = [];
const recoveries: number[] = [];
let kept = 0;
try {
  const [first, ...rest] = planRounds(kills, seed);
  const before = await shopper.round(first);
  if (before.trouble.length > 0) throw new Error(`The page fails without a kill: ${before.trouble.join('; ')}`);
  meter.start('kills', kills);
  for (const [index, plan] of [...rest, null].entries()) {
    judge(index + 1, await shopper.round(plan));
    meter.advance(1);
  }
} finally {
  meter.stop();
  server.close();
}

for (const line of trouble) console.log(line);
if (lost.size > 0) console.log(`lost: ${[...lost].join(', ')}`);
if (recoveries.length > 0) {
  const sorted = recoveries.toSorted((a, b) => a - b);
  const [median, largest] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]].map(Math.round);
  console.log(`from navigation to the first list after a kill: median ${median} ms, largest ${largest} ms`);
}
const counts = DENIALS.map((how) => [how, shopper.denials.get(how) ?? 0] as const);
console.log(
  `kills ${kills}, acknowledged ${shopper.total}, lost ${lost.size}, recovered ${recoveries.length}, ` +
    `denials ${counts.reduce((sum, [, count]) => sum + count, 0)}, kept after a denial ${kept}, ` +
    `by ${counts.map(([how, count]) => `${how} ${count}`).join(' ')}`,
);
console.log(`builds ${builds}, faults of overlapping commands ${overlaps.length}`);
process.exitCode = overlaps.length > 0 || lost.size > 0 || kept > 0 || recoveries.length < kills ? 1 : 0;

/**
 * Builds the served files, into `folder` if possible: another build must not change the code during a
 * run. The package is always rebuilt, because an older one would prove nothing about the sources.
 * @returns folder or file by address prefix
 */
async function prepareSite(folder: string): Promise<Record<string, string>> {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const here = fileURLToPath(new URL('.', import.meta.url));
  const bundle = join(repository, 'dist/bundle/');
  if (!existsSync(join(bundle, 'manifest.json'))) {
    execFileSync('npx', ['tsx', 'scripts/start.ts', '--build-only'], { cwd: repository, stdio: 'inherit' });
  }
  await buildCdn(folder);
  return {
    '/faults.html': join(here, 'page.html'),
    '/log.html': join(here, 'log.html'),
    '/page.js': join(here, 'page.js'),
    '/bundle/': bundle,
    '/sidestream/': folder,
  };
}

/** Counts the findings of the round after a kill. Any fault before the next kill means that it did not recover from this one. */
function judge(killed: number, found: Found): void {
  for (const entry of found.missing ?? []) {
    if (!lost.has(entry)) trouble.push(`kill ${killed}: lost ${entry}`);
    lost.add(entry);
  }
  for (const entry of found.kept) trouble.push(`kill ${killed}: ${entry} was kept after a denial`);
  kept += found.kept.length;
  for (const line of found.trouble) trouble.push(`kill ${killed}: not recovered, ${line}`);
  if (found.recovery !== null && found.trouble.length === 0) recoveries.push(found.recovery);
}

function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number, 1 or more.');
  return n;
}
