/**
 * `tsx e2e/support/build-fixtures.ts`: builds the test pages and all that several browser tests use. With `E2E_BUILT=1`, Playwright then
 * builds nothing.
 */
import { build } from 'vite';
import { buildFixtures } from './global-setup';

await build({ configFile: 'e2e/pages/vite.config.ts', logLevel: 'warn' });
// Puts files beside the pages.
await buildFixtures();
