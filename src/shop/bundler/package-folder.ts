import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this package, which contains `models/` and `starter/`: released scripts are nested less deeply than the sources. */
export const PACKAGE_FOLDER = nearestPackage(dirname(fileURLToPath(import.meta.url)));

function nearestPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) || folder === dirname(folder)
    ? folder
    : nearestPackage(dirname(folder));
}
