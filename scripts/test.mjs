#!/usr/bin/env node
// Runs every check, whatever the results of the others; the last line is the result. `--only <stage>` runs one stage and its
// dependencies, `--skip <stage>` all other stages, `--shard 1/2` a part of the browser tests.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
mkdirSync('.cache', { recursive: true });

const UNIT = join('.cache', 'unit.json');
const E2E = join('.cache', 'e2e.json');
/**
 * `cores`: how many of two cores a stage takes; two stages of one core run side by side. `after`: the stage waits for these,
 * whatever their result; `needs`: it is skipped if one of these failed.
 */
const stages = [
  { name: 'lint', cores: 2, command: ['@biomejs/biome', 'biome', 'check', '.'] },
  { name: 'types', cores: 2, script: 'scripts/types.mjs' },
  // The longest stage of one core comes first. The browser tests use the tarball that it packs.
  { name: 'package', cores: 1, command: ['tsx', 'tsx', 'scripts/package.ts'] },
  { name: 'build', cores: 1, command: ['tsx', 'tsx', 'scripts/start.ts', '--build-only'] },
  { name: 'spelling', cores: 1, command: ['cspell', 'cspell', '--no-progress', '--quiet', '**/*.md'] },
  { name: 'wording', cores: 1, command: ['tsx', 'tsx', 'scripts/wording.ts'] },
  { name: 'unused', cores: 1, command: ['knip', 'knip', '--no-config-hints'] },
  { name: 'used by tests', cores: 1, command: ['knip', 'knip', '--production', '--no-config-hints'] },
  { name: 'arrows and cycles', cores: 1, command: ['tsx', 'tsx', 'scripts/cycles.ts'] },
  // Takes only pictures whose sources changed.
  { name: 'pictures', cores: 1, needs: ['build'], command: ['tsx', 'tsx', 'scripts/pictures.ts', '--check'] },
  // Includes the API reference, which treats warnings as errors; a dead link makes it fail. It runs beside the unit tests, which
  // would otherwise wait for it with an idle core.
  { name: 'site', cores: 0, needs: ['build', 'package'], command: ['tsx', 'tsx', 'scripts/site.ts', '--built'] },
  // Builds pages that the browser tests would otherwise build first. Like the site, it runs beside the unit tests.
  { name: 'test pages', cores: 0, needs: ['build'], command: ['tsx', 'tsx', 'e2e/support/build-fixtures.ts'] },
  // Long, so only at night and on the main branch.
  ...(process.env.NIGHTLY
    ? [
        {
          name: 'kills',
          cores: 1,
          needs: ['build'],
          command: ['tsx', 'tsx', 'tools/faults/main.ts', '--kills', '10', '--builds', '5'],
        },
      ]
    : []),
  {
    name: 'unit',
    cores: 2,
    command: ['vitest', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${UNIT}`],
    report: { file: UNIT, count: countVitest },
  },
  {
    name: 'e2e',
    cores: 2,
    needs: ['build', 'test pages'],
    after: ['package', 'site'],
    command: ['@playwright/test', 'playwright', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(root, E2E), E2E_BUILT: '1' },
    report: { file: E2E, count: countPlaywright },
  },
];

const { values } = parseArgs({
  options: { only: { type: 'string' }, skip: { type: 'string' }, shard: { type: 'string' } },
});
const wanted = stages.filter(({ name }) => (values.only ? isNeeded(name, values.only) : name !== values.skip));
if (values.shard) wanted.find(({ name }) => name === 'e2e')?.command.push(`--shard=${values.shard}`);

const results = await runAll(wanted);
console.log('');
for (const { name, seconds, passed, failed, skipped, note } of results) {
  const counts = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  console.log(
    `${failed ? '✗' : '✓'} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s  ${counts}${note ? ` (${note})` : ''}`,
  );
}
// Once more at the end: a log of CI may keep only its last lines.
for (const { name, failures = [] } of results) for (const failure of failures) console.log(`✗ ${name}: ${failure}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(sum('failed') ? 1 : 0);

/** Whether another stage needs this stage. */
function isNeeded(name, target) {
  const { needs = [], after = [] } = stages.find((stage) => stage.name === target) ?? {};
  return name === target || [...needs, ...after].some((other) => isNeeded(name, other));
}

/** Runs the stages in their order, as many at once as two cores can run. @returns their results in that order */
async function runAll(all) {
  const ended = new Map();
  const running = new Map();
  const waiting = [...all];
  while (waiting.length > 0 || running.size > 0) {
    const free = 2 - [...running.keys()].reduce((busy, { cores }) => busy + cores, 0);
    const [next] = waiting;
    const ready = next && [...(next.needs ?? []), ...(next.after ?? [])].every((name) => ended.has(name));
    if (next && ready && next.cores <= free) {
      waiting.shift();
      running.set(next, runStage(next, ended));
      continue;
    }
    const result = await Promise.race(running.values());
    ended.set(result.name, result);
    for (const stage of running.keys()) if (stage.name === result.name) running.delete(stage);
  }
  return all.map(({ name }) => ended.get(name));
}

async function runStage({ name, cores, command, script, env, report, needs = [] }, ended) {
  const failed = needs.find((need) => ended.get(need).failed);
  if (failed) {
    console.log(`\n— ${name} —\nnot run`);
    return { name, seconds: 0, passed: 0, failed: 1, skipped: 0, note: `not run, because ${failed} failed` };
  }
  // A report of an earlier run must never be counted.
  if (report) rmSync(report.file, { force: true });
  const [file, ...args] = script ? [script] : [binary(command[0], command[1]), ...command.slice(2)];
  const started = Date.now();
  const ending = await output(name, cores > 1, [file, ...args], { ...process.env, ...env });
  const seconds = (Date.now() - started) / 1000;
  const good = ending === 'ended with code 0';
  if (!report)
    return { name, seconds, passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, note: good ? '' : ending };
  try {
    const counts = report.count(JSON.parse(readFileSync(report.file, 'utf8')));
    // An error outside the tests: a file that does not load, or an uncaught error.
    if (!good && counts.failed === 0) return { name, seconds, ...counts, failed: 1, note: ending };
    return { name, seconds, ...counts };
  } catch (cause) {
    return { name, seconds, passed: 0, failed: 1, skipped: 0, note: `${ending}, no report: ${cause.message}` };
  }
}

/** Runs a script with this Node. If two run at once, their output is shown when they end. @returns its outcome */
function output(name, alone, args, env) {
  if (alone) console.log(`\n— ${name} —`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'], env });
    const printed = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => printed.push(data));
    const end = (how) => {
      if (!alone) console.log(`\n— ${name} —\n${Buffer.concat(printed).toString().trimEnd()}`);
      resolve(how);
    };
    child.once('error', ({ message }) => end(message));
    child.once('close', (code, signal) => end(signal ? `ended by ${signal}` : `ended with code ${code}`));
  });
}

/** The script behind a package's command, which this Node can start on every system. */
function binary(pkg, bin) {
  const path = join(root, 'node_modules', pkg, 'package.json');
  const { bin: bins } = createRequire(path)(path);
  return join(dirname(path), typeof bins === 'string' ? bins : bins[bin]);
}

/** A failed test in one line. */
function described(file, title, message = '') {
  const [reason] = stripVTControlCharacters(message).trim().split('\n');
  return `${relative(root, resolve(root, file))}: ${title}${reason ? `: ${reason}` : ''}`;
}

function countVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  // A file that cannot be loaded has no tests, but counts as failed.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failures = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => described(name, fullName, failureMessages[0])),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
    failures: [...failures, ...broken.map(({ name, message }) => described(name, 'does not load', message))],
  };
}

function countPlaywright({ stats, errors = [], suites }) {
  const specsIn = ({ suites: inner = [], specs = [] }) => [...specs, ...inner.flatMap(specsIn)];
  const failures = suites
    .flatMap(specsIn)
    .filter(({ ok }) => !ok)
    .map(({ file, title, tests }) => {
      const results = tests.flatMap((test) => test.results);
      return described(file, title, results.find(({ error }) => error)?.error.message);
    });
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
    failures: [...failures, ...errors.map(({ message }) => described('Playwright', 'error', message))],
  };
}
