import { fileURLToPath } from 'node:url';
import { writeInstallLines } from './site/install-lines';

/**
 * `npm run install-lines`: rewrites every line in documents and examples that installs the package, by `PUBLISHED` in
 * `packages/cli/commands/shop-package.ts`. `npm test` fails if one of them differs.
 */
const changed = await writeInstallLines(fileURLToPath(new URL('..', import.meta.url)));
for (const path of changed) console.log(path);
console.log(changed.length === 0 ? 'Every install line is up to date.' : `Changed: ${changed.length}`);
