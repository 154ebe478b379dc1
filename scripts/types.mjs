#!/usr/bin/env node
// Checks types where the code runs: page, workers and Node know different globals. Then all of it with its tests.
// In rooms that do not compute, an element of an array may be undefined; in the others every product of rows would ask.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Rooms whose array elements are checked before they are used. */
const CHECKED = /^src\/(page|demo|device\/(protocol|experiment))\//;
/** By what runs one after the other: the first alone takes as long as the others together. */
const TURNS = [['tsconfig.json'], ['tsconfig/client.json', 'tsconfig/worker.json', 'tsconfig/node.json']];

const [project] = process.argv.slice(2);
if (project === undefined) {
  const turns = await Promise.all(TURNS.map(inTurn));
  process.exitCode = turns.flat().some((code) => code !== 0) ? 1 : 0;
} else {
  process.exitCode = check(project) ? 1 : 0;
}

async function inTurn(projects) {
  const codes = [];
  for (const name of projects) codes.push(await checkBeside(name));
  return codes;
}

/** In a process of its own, so that two use both cores. */
function checkBeside(name) {
  const script = fileURLToPath(import.meta.url);
  return new Promise((resolve) => {
    spawn(process.execPath, [script, name], { cwd: root, stdio: 'inherit' }).on('exit', resolve);
  });
}

/** Reports the errors of a project. @returns how many */
function check(name) {
  const ts = createRequire(import.meta.url)('typescript');
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => report(ts, [problem]) };
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(name, { noEmit: true }, host);
  const found = [...errors, ...ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options))];
  const counted = options.noUncheckedIndexedAccess
    ? found.filter(({ file }) => !file || CHECKED.test(relative(root, file.fileName)))
    : found;
  report(ts, counted);
  return counted.length;
}

function report(ts, problems) {
  const format = { getCanonicalFileName: (file) => file, getCurrentDirectory: () => root, getNewLine: () => '\n' };
  if (problems.length > 0) process.stdout.write(ts.formatDiagnostics(problems, format));
}
