import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Where the package for pages is built; not its own folder, which another process may use meanwhile. */
export const CDN_FOLDER = '.cache/cdn';

/** Builds the package for pages once for all workers. */
export default function setup(): void {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync('npm', ['run', 'cdn', CDN_FOLDER], { cwd, stdio: 'pipe' });
}
