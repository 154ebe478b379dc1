#!/usr/bin/env node
// Checks types where the code runs: the page, the workers and Node know different globals. Then all with its tests.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const projects = ['tsconfig.json', 'tsconfig/client.json', 'tsconfig/worker.json', 'tsconfig/node.json'];

const check = (project) =>
  new Promise((resolve) => {
    spawn(process.execPath, [tsc, '--noEmit', '-p', project], { cwd: root, stdio: 'inherit' }).on('exit', resolve);
  });

// The first takes as long as the others together.
const [first, ...others] = projects;
const codes = await Promise.all([
  check(first),
  (async () => {
    let worst = 0;
    for (const project of others) worst = Math.max(worst, (await check(project)) ?? 1);
    return worst;
  })(),
]);
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;
