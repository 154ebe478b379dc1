import { prepareDemoBundle } from './start/demo-bundle';

/**
 * Prepares and serves the demo shop. `--bundle-only` stops after the bundle, `--build-only` after the page.
 * PORT and HOST are honoured.
 */
const bundleOnly = process.argv.includes('--bundle-only');
const buildOnly = process.argv.includes('--build-only');

await step('Demo bundle', prepareDemoBundle);
if (!bundleOnly) {
  const { prepareSite, serveSite } = await import('./start/site');
  await step('Demo page', prepareSite);
  if (!buildOnly) {
    const address = await serveSite(wantedPort(), isDesktop());
    console.log(whatToTry(address));
  }
}

async function step(name: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now();
  try {
    const result = await work();
    console.log(`${name}: ${result} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(`${name} failed:`);
    throw error;
  }
}

/** The pages of the demo worth a look, one a line. */
function whatToTry(address: string): string {
  return [
    `Sidestream demo shop: ${address}`,
    `  look at a few products, and the list on the home page follows; “Why?” below its heading says why`,
    `  ${address}#/watch       watch a simulated shopper: what a device learns, choice by choice`,
    `  ${address}#/inspector   the profile that this browser has learned from you`,
    `  ${address}#/playground  every setting of a list, and the code to paste`,
    `  ${address}studio.html   make a recommender from a product export of your own, in the browser`,
  ].join('\n');
}

function wantedPort(): number {
  const port = Number(process.env.PORT || 4173);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Error(`PORT is "${process.env.PORT}"; set it to a number from 1 to 65535 or unset it.`);
}

/** Whether this is a desktop session, where a browser window may open. */
function isDesktop(): boolean {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (!process.stdout.isTTY || CI || SSH_CONNECTION) return false;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}
