#!/usr/bin/env node
// Runs every check, one after the other, whatever the results before; the last line is the result.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
mkdirSync('.cache', { recursive: true });

const UNIT = join('.cache', 'unit.json');
const E2E = join('.cache', 'e2e.json');
const stages = [
  { name: 'lint', command: ['@biomejs/biome', 'biome', 'check', '.'] },
  { name: 'spelling', command: ['cspell', 'cspell', '--no-progress', '--quiet', '**/*.md'] },
  { name: 'types', script: 'scripts/types.mjs' },
  { name: 'arrows and cycles', command: ['tsx', 'tsx', 'scripts/cycles.ts'] },
  {
    name: 'unit',
    command: ['vitest', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${UNIT}`],
    report: { file: UNIT, count: countVitest },
  },
  { name: 'build', command: ['tsx', 'tsx', 'scripts/start.ts', '--build-only'] },
  // The browser tests try the tarball it packs.
  { name: 'package', command: ['tsx', 'tsx', 'scripts/package.ts'] },
  // With the API reference, which treats warnings as errors; a dead link ends it.
  { name: 'site', needs: 'package', command: ['tsx', 'tsx', 'scripts/site.ts', '--built'] },
  {
    name: 'e2e',
    needs: 'build',
    command: ['@playwright/test', 'playwright', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(root, E2E) },
    report: { file: E2E, count: countPlaywright },
  },
  { name: 'kills', needs: 'build', command: ['tsx', 'tsx', 'tools/faults/main.ts', '--kills', '10'] },
];

const results = [];
for (const stage of stages) results.push(runStage(stage, results));
console.log('');
for (const { name, seconds, passed, failed, skipped, note } of results) {
  const counts = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  console.log(
    `${failed ? '✗' : '✓'} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s  ${counts}${note ? ` (${note})` : ''}`,
  );
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(sum('failed') ? 1 : 0);

function runStage({ name, command, script, env, report, needs }, before) {
  console.log(`\n— ${name} —`);
  if (needs && before.find((result) => result.name === needs)?.failed) {
    return { name, seconds: 0, passed: 0, failed: 1, skipped: 0, note: `not run, because ${needs} failed` };
  }
  // A report of an earlier run must never be counted.
  if (report) rmSync(report.file, { force: true });
  const [file, ...args] = script ? [script] : [binary(command[0], command[1]), ...command.slice(2)];
  const started = Date.now();
  const { status, signal, error } = spawnSync(process.execPath, [file, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const seconds = (Date.now() - started) / 1000;
  const ended = error ? error.message : signal ? `ended by ${signal}` : `ended with code ${status}`;
  const good = status === 0;
  if (!report)
    return { name, seconds, passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, note: good ? '' : ended };
  try {
    const counts = report.count(JSON.parse(readFileSync(report.file, 'utf8')));
    // Something outside the tests went wrong: a file that does not load, an uncaught error.
    if (!good && counts.failed === 0) return { name, seconds, ...counts, failed: 1, note: ended };
    return { name, seconds, ...counts };
  } catch (cause) {
    return { name, seconds, passed: 0, failed: 1, skipped: 0, note: `${ended}, no report: ${cause.message}` };
  }
}

/** The script behind a package's command: starting it with this Node works on every system. */
function binary(pkg, bin) {
  const path = join(root, 'node_modules', pkg, 'package.json');
  const { bin: bins } = createRequire(path)(path);
  return join(dirname(path), typeof bins === 'string' ? bins : bins[bin]);
}

function countVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  // A file that cannot be loaded has no tests, but it failed.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests };
}

function countPlaywright({ stats, errors }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + (errors?.length ?? 0),
    skipped: stats.skipped,
  };
}
