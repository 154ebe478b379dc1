import { defineConfig } from '@playwright/test';
import base from '../../playwright.config';

/** For `npm run example -- vendure --test`: the shop is its own server, and the demo is not needed. */
export default defineConfig({
  ...base,
  testDir: '.',
  outputDir: '../../test-results/vendure',
  globalSetup: undefined,
  webServer: undefined,
});
