import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A browser on this machine and how it is opened on a page with a profile of its own. */
export interface Installed {
  name: string;
  open(address: string, profile: string): Promise<ChildProcess>;
}

/** Options of a browser that do not concern the page: no window, no prompts, nothing in the background. */
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
    // It has no mode without a window, so it gets a display of its own.
    open: (path) => async (address, profile) =>
      start('xvfb-run', ['-a', path, address], { HOME: profile, XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile }),
  },
];

/** The browsers of this machine that are known by path. */
export function installedBrowsers(): Installed[] {
  return KNOWN.flatMap(({ name, paths, open }) => {
    const path = paths.find((candidate) => existsSync(candidate));
    return path ? [{ name, open: open(path) }] : [];
  });
}

/** In a process group of its own, so that it can be ended with all its helpers. */
function start(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(command, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
}
