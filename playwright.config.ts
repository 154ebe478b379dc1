import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { PAGES_PORT, SITE_PORT } from './e2e/support/ports';

/** Written by scripts/setup.mjs: the browser it found or installed; empty for Playwright's own. */
const browserFile = new URL('.cache/browser', import.meta.url);
const executablePath = existsSync(browserFile) ? readFileSync(browserFile, 'utf8').trim() || undefined : undefined;

const pages = '--logLevel warn --config e2e/pages/vite.config.ts';

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/support/global-setup.ts',
  outputDir: 'test-results',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  // Files at once. Three keep two cores busier and take as long, and the slow ones come near their timeouts.
  workers: 2,
  forbidOnly: true,
  // Long walks and permutations of sizes run at night and on the main branch: NIGHTLY=1 npm test.
  ...(process.env.NIGHTLY ? {} : { grepInvert: /@nightly/ }),
  reporter: process.env.CI ? 'line' : 'list',
  use: {
    baseURL: `http://localhost:${SITE_PORT}`,
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: [
    {
      command: `npx vite preview --port ${SITE_PORT} --strictPort`,
      port: SITE_PORT,
      reuseExistingServer: !process.env.CI,
    },
    {
      command: `${process.env.E2E_BUILT ? '' : `npx vite build ${pages} && `}npx vite preview ${pages}`,
      port: PAGES_PORT,
      reuseExistingServer: !process.env.CI,
    },
  ],
});
