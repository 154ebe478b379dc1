import { fileURLToPath } from 'node:url';
import { writeInstallLines } from './site/install-lines';

/**
 * `npm run install-lines`: writes every line of documents and examples that installs the package as `PUBLISHED` of
 * `src/shop/cli/package-source.ts` says. `npm test` fails while one of them is otherwise.
 */
const changed = await writeInstallLines(fileURLToPath(new URL('..', import.meta.url)));
for (const path of changed) console.log(path);
console.log(changed.length === 0 ? 'Every install line is as it should be.' : `Changed: ${changed.length}`);
