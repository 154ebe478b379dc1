#!/usr/bin/env node
// Checks types by where the code runs, because page, workers and Node have different globals; then everything with its tests.
// In rooms that do not compute, an element of an array may be undefined; elsewhere every product of rows would need a check.
// Uses TypeScript's native compiler, which takes a quarter of the time; packages that use the compiler as a library need version 6.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript-native/package.json')),
  'lib',
  'tsc.js',
);
/** Rooms whose array elements are checked before they are used. */
const CHECKED = /^src\/(page|demo|editor|studio\/(page|serve|take-away|try)|device\/(protocol|experiment))\//;
/** Rooms of a page's worker: its project checks them, although the page names their types and Node evaluates pages. */
const IN_WORKER = /^src\/(device\/(worker|store)|core\/encoders\/web)\//;
const PROJECTS = [
  { name: 'tsconfig.json', counts: () => true },
  { name: 'tsconfig/client.json', counts: (head) => !IN_WORKER.test(head) },
  { name: 'tsconfig/client.json', counts: (head) => CHECKED.test(head), options: ['--noUncheckedIndexedAccess'] },
  { name: 'tsconfig/worker.json', counts: () => true },
  { name: 'tsconfig/node.json', counts: (head) => !IN_WORKER.test(head) },
];

let failed = false;
for (const project of PROJECTS) if (!(await check(project))) failed = true;
process.exitCode = failed ? 1 : 0;

/** Reports the errors of a project. @returns whether the project has no error */
function check({ name, counts, options = [] }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', name, '--noEmit', '--pretty', 'false', ...options], {
      cwd: root,
    });
    const printed = [];
    child.stdout.on('data', (data) => printed.push(data));
    child.stderr.pipe(process.stderr);
    child.on('close', (code) => {
      // Lines that start with a space continue the error above them.
      const errors = Buffer.concat(printed)
        .toString()
        .split(/\n(?=\S)/)
        .filter(Boolean);
      const counted = errors.filter(counts);
      if (counted.length > 0) console.log(counted.join('\n'));
      resolve(counted.length === 0 && (code === 0 || errors.length > 0));
    });
  });
}
