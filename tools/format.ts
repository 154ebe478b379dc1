import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIOME = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url));

/** Formats pages and data that a command wrote, as `npm test` asks of every file of the repository. Elsewhere it does not matter. */
export function format(...files: string[]): void {
  spawnSync(process.execPath, [BIOME, 'format', '--write', ...files]);
}
