import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrowserContext, chromium } from 'playwright';
import config from '../../playwright.config';

/** Maximum time until killed processes are gone, ms. */
const EXIT_TIMEOUT_MS = 15_000;

/** Starts the browser of the tests on a profile that outlives it. */
export async function launch(profile: string, timeout: number): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profile, {
    ...config.use?.launchOptions,
    headless: true,
    timeout,
  });
  context.setDefaultTimeout(timeout);
  return context;
}

/**
 * Kills every process of the browser on this profile at once, so that none can write anything more. Resolves when all
 * are gone and the profile can be used again.
 */
export async function kill(profile: string): Promise<void> {
  const deadline = performance.now() + EXIT_TIMEOUT_MS;
  for (let left = processesOf(profile); left.length > 0; left = processesOf(profile)) {
    if (performance.now() > deadline) throw new Error(`Processes do not end: ${left.map(({ pid }) => pid).join(' ')}.`);
    // One call for the group, so that no process has time to notice another's end; then the processes that left the group.
    const own = readProcess('self')?.group;
    for (const group of new Set(left.map((process) => process.group))) if (group !== own) sendKill(-group);
    for (const { pid } of left) sendKill(pid);
    await sleep(10);
  }
  // Killed processes leave these behind; the next browser would attribute them to a running one.
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie']) {
    rmSync(join(profile, name), { force: true });
  }
}

/** A process in /proc. */
interface Process {
  pid: number;
  group: number;
  command: string;
}

/** The processes with the profile as an option, and all processes in their groups. */
function processesOf(profile: string): Process[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcess(name) ?? []) : []));
  const own = readProcess('self')?.group;
  const named = all.filter(({ command }) => command.includes(`=${profile}`));
  const groups = new Set(named.map(({ group }) => group).filter((group) => group !== own));
  return all.filter((process) => groups.has(process.group) || named.includes(process));
}

/** Null if the process is gone, or a zombie. */
function readProcess(name: string): Process | null {
  try {
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
    // `pid (name) state parent group …`; the name may hold spaces and brackets.
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : { pid: Number.parseInt(stat, 10), group: Number(group), command };
  } catch {
    return null;
  }
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
