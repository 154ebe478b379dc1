import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SidestreamError } from '../../src/error';

/** Package of what Sidestream is compared with; not part of the project's own, so that only benchmarks install it. */
export const PEERS = fileURLToPath(new URL('./peers/', import.meta.url));

/**
 * Installs the peers where they are missing or of other versions than the lock file names.
 * @throws SidestreamError `runtime/unexpected` when npm fails
 */
export function installPeers(say: (line: string) => void): void {
  if (installed()) return;
  say('installing the peers that are measured beside Sidestream, this takes a minute');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(npm[0], [...npm.slice(1), ...args], {
    cwd: PEERS,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) return;
  throw new SidestreamError(
    'runtime/unexpected',
    'The peers could not be installed; check the connection to the package registry and run the command again.',
  );
}

/** A file of a peer, by package and path. */
export const peerFile = (...path: string[]): string => join(PEERS, 'node_modules', ...path);

/** Resolves modules as a file beside the peers would. */
export const peerRequire = createRequire(join(PEERS, 'package.json'));

/** The version of a peer that is installed. */
export const peerVersion = (name: string): string =>
  JSON.parse(readFileSync(peerFile(name, 'package.json'), 'utf8')).version;

function installed(): boolean {
  const record = peerFile('.package-lock.json');
  if (!existsSync(record)) return false;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(PEERS, 'package-lock.json'), 'utf8')).packages;
  return Object.entries<{ version?: string; optional?: boolean }>(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}
