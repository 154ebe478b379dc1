import { defineConfig } from '@playwright/test';
import base from '../../playwright.config';

/** Of `npm run example -- vendure --test`: the shop is its own server, and nothing of the demo is needed. */
export default defineConfig({
  ...base,
  testDir: '.',
  outputDir: '../../test-results/vendure',
  globalSetup: undefined,
  webServer: undefined,
});
