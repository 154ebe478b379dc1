import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SidestreamError } from '../src/error';

/** A package below `tools/` with its own dependencies, which only the tool that needs them installs. */
export interface OwnPackage {
  /**
   * Installs packages that are missing or whose version differs from the lock file.
   * @throws SidestreamError `runtime/unexpected` if npm fails
   */
  install(say: (line: string) => void): void;
  /** A file of a dependency, by package and path. */
  file(...path: string[]): string;
  /** Resolves modules like a file of the package. */
  require: NodeJS.Require;
  /** The installed version of a dependency. */
  version(name: string): string;
}

/**
 * @param folder with `package.json` and `package-lock.json`
 * @param contents name of the dependencies, in the plural: "the peers"
 */
export function ownPackage(folder: string, contents: string): OwnPackage {
  const file = (...path: string[]): string => join(folder, 'node_modules', ...path);
  return {
    install(say) {
      if (installed(folder)) return;
      say(`installing ${contents}, this takes a minute`);
      const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
      const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      const { status } = spawnSync(npm[0], [...npm.slice(1), ...args], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      if (status === 0) return;
      throw new SidestreamError(
        'runtime/unexpected',
        `npm could not install ${contents}; check the connection to the package registry and run the command again.`,
      );
    },
    file,
    require: createRequire(join(folder, 'package.json')),
    version: (name) => JSON.parse(readFileSync(file(name, 'package.json'), 'utf8')).version,
  };
}

function installed(folder: string): boolean {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  return Object.entries<{ version?: string; optional?: boolean }>(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}
