import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The package's metadata. */
export interface Laid {
  name: string;
  bin: { sidestream: string };
  dependencies: Record<string, string>;
}

/**
 * Installs the packed tarball into the `node_modules` of a project, as npm does, but without its dependencies.
 * @throws when nothing was packed
 */
export async function layPackage(project: string): Promise<Laid> {
  const packed = join(root, '.cache', 'package');
  const tarball = (await readdir(packed).catch(() => [])).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('There is no tarball. Run "npm run package" first.');
  const installed = join(project, 'node_modules', 'sidestream');
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(packed, tarball), '--strip-components=1', '-C', installed]);
  const laid: Laid = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  await chmod(join(installed, laid.bin.sidestream), 0o755);
  return laid;
}
