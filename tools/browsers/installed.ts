import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A browser on this machine, and how to open it on a page with a separate profile. */
export interface Installed {
  name: string;
  open(address: string, profile: string): Promise<ChildProcess>;
}

/** Browser options that do not affect the page: no window, no prompts, nothing in the background. */
const CHROMIUM = ['--headless', '--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-sync'];
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const KNOWN: { name: string; paths: string[]; open: (path: string) => Installed['open'] }[] = [
  {
    name: 'Chromium',
    paths: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
    open: (path) => async (address, profile) => start(path, [...CHROMIUM, `--user-data-dir=${profile}`, address]),
  },
  {
    name: 'Chromium with WebGPU in software',
    paths: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
    open: (path) => async (address, profile) =>
      start(path, [...CHROMIUM, ...SOFTWARE_GPU, `--user-data-dir=${profile}`, address]),
  },
  {
    name: 'Firefox',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    open: (path) => async (address, profile) => {
      await writeFile(join(profile, 'user.js'), 'user_pref("browser.aboutwelcome.enabled", false);\n');
      return start(path, ['--headless', '--no-remote', '--profile', profile, address]);
    },
  },
  {
    name: 'WebKitGTK',
    paths: ['/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'],
    // It has no headless mode, so it gets its own display.
    open: (path) => async (address, profile) =>
      start('xvfb-run', ['-a', path, address], { HOME: profile, XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile }),
  },
];

/** The browsers of this machine, by their known paths, and the names of those that it lacks. */
export function installedBrowsers(): { installed: Installed[]; missing: string[] } {
  const installed = KNOWN.flatMap(({ name, paths, open }) => {
    const path = paths.find((candidate) => existsSync(candidate));
    return path ? [{ name, open: open(path) }] : [];
  });
  const found = new Set(installed.map(({ name }) => name));
  return { installed, missing: KNOWN.map(({ name }) => name).filter((name) => !found.has(name)) };
}

/** Starts it in its own process group, so that it can be ended with all its helpers. */
function start(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(command, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
}
