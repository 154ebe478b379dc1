#!/usr/bin/env node
// Checks types by where the code runs, because page, workers and Node have different globals; then everything with its tests.
// In rooms that do not compute (tsconfig/indexed.json), an element of an array may be undefined; elsewhere every product of rows would
// need a check.
// Uses TypeScript's native compiler, which takes a quarter of the time; packages that use the compiler as a library need version 6.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript-native/package.json')),
  'lib',
  'tsc.js',
);

let failed = false;
for (const project of [
  'tsconfig.json',
  ...['client', 'indexed', 'worker', 'node'].map((name) => `tsconfig/${name}.json`),
])
  if (!(await check(project))) failed = true;
process.exitCode = failed ? 1 : 0;

/**
 * Reports a project's errors in the files that it includes. A file that they only name runs elsewhere, and the project of that place
 * reports it: a page names the worker's types.
 * @returns whether it has no error
 */
function check(project) {
  const isOwn = project === 'tsconfig.json' ? () => true : ownFiles(project);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', project, '--noEmit', '--pretty', 'false'], { cwd: root });
    const printed = [];
    child.stdout.on('data', (data) => printed.push(data));
    child.stderr.pipe(process.stderr);
    child.on('close', (code) => {
      // Lines that start with a space continue the error above them.
      const errors = Buffer.concat(printed)
        .toString()
        .split(/\n(?=\S)/)
        .filter(Boolean);
      const own = errors.filter(isOwn);
      if (own.length > 0) console.log(own.join('\n'));
      resolve(own.length === 0 && (code === 0 || errors.length > 0));
    });
  });
}

/** @returns tells whether an error is in a file that the project includes, or in none */
function ownFiles(project) {
  const { include } = JSON.parse(readFileSync(join(root, project), 'utf8'));
  const own = include.map((path) => {
    const pattern = join(dirname(project), path).replaceAll('\\', '/').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
    return new RegExp(`^${pattern}[/(]`);
  });
  return (error) => !/^\S+\(\d/.test(error) || own.some((path) => path.test(error));
}
