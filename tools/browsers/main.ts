/**
 * `npm run browsers` opens every browser found on this machine on a page that performs the actions of a shopper and a shop, and
 * prints a table of results and times. `--host 0.0.0.0 --wait` continues to serve, for a phone: open the
 * printed address there. Without a secure connection, a browser on another machine has neither Web Locks nor
 * WebCrypto nor WebGPU, so put an https proxy (or `adb reverse`) between.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import ts from 'typescript';
import * as v from 'valibot';
import { serve } from '../../e2e/support/host';
import { prepareDemoBundle } from '../../scripts/start/demo-bundle';
import { prepareSite } from '../../scripts/start/site';
import { type CheckResult, checkResultSchema, supportTable } from './check-result';
import { type Installed, installedBrowsers } from './installed';

const REPORT_TIMEOUT_MS = 300_000;

const command = new Command('browsers')
  .description('Measures what the browsers of this machine can do.')
  .argument('[names...]', 'only these browsers; default: all that are found')
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .option('--port <n>', 'port, or 0 for any free port', Number, 0)
  .option('--wait', 'continue to serve, for browsers on other machines', false)
  .parse();
/** Messages of the page of the check. */
const sentSchema = v.union([v.strictObject({ step: v.string() }), checkResultSchema]);
const { host, port, wait } = command.opts<{ host: string; port: number; wait: boolean }>();

await prepareDemoBundle();
await prepareSite();
const folder = mkdtempSync(join(tmpdir(), 'sidestream-browsers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

let onReport: ((result: CheckResult) => void) | null = null;
/** Last step of the page of the check. */
let step = '';
const places = {
  '/check.html': fileURLToPath(new URL('check.html', import.meta.url)),
  '/check.css': fileURLToPath(new URL('check.css', import.meta.url)),
  '/check.js': checkScript(),
  '/': fileURLToPath(new URL('../../dist/', import.meta.url)),
};
const server = await serve(places, {}, { host, port, onPost });
const address = `${server.origin}/check.html`;

const { installed, missing } = installedBrowsers();
if (missing.length > 0) console.log(`Not on this machine: ${missing.join(', ')}`);
const rows: [string, CheckResult | null][] = [];
const named = ({ name }: Installed): boolean => command.args.length === 0 || command.args.includes(name);
for (const browser of installed.filter(named)) {
  console.log(`Checking ${browser.name}`);
  rows.push([browser.name, await check(browser)]);
}
console.log(supportTable(rows));
console.log(`load of the machine over the last 15 minutes: ${loadavg()[2].toFixed(1)}`);
if (wait) console.log(`Open ${address} in other browsers.`);
else server.close();
process.exitCode = rows.every(([, result]) => result !== null && result.failure === null) ? 0 : 1;

/** The script of the page, compiled into the temporary folder. */
function checkScript(): string {
  const source = readFileSync(new URL('check.ts', import.meta.url), 'utf8');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 };
  const file = join(folder, 'check.js');
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
  return file;
}

function onPost(body: string): boolean {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), sentSchema), body);
  if (!success) return false;
  if ('step' in output) step = output.step;
  else if (onReport) onReport(output);
  else console.log(supportTable([['another', output]]));
  return true;
}

/** @returns null if the browser did not report in time */
async function check(browser: Installed): Promise<CheckResult | null> {
  step = '';
  const profile = mkdtempSync(join(folder, 'profile-'));
  const started = await browser.open(address, profile);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const result = await new Promise<CheckResult | null>((resolve) => {
    onReport = resolve;
    timer = setTimeout(() => {
      console.log(
        `${browser.name} gave no report within ${REPORT_TIMEOUT_MS / 1000} s. Its last step: ${step || 'none'}`,
      );
      resolve(null);
    }, REPORT_TIMEOUT_MS);
    started.once('error', () => resolve(null));
  });
  clearTimeout(timer);
  onReport = null;
  if (started.pid !== undefined && started.exitCode === null) process.kill(-started.pid, 'SIGKILL');
  return result;
}
