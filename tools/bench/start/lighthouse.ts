import { spawnSync } from 'node:child_process';
import { SidestreamError } from '../../../src/error';
import { peerFile } from '../peers';
import { executablePath } from './visits';

/**
 * Lighthouse's score for the performance of a page, 0 to 100, with its own slow-down of processor and network for phones.
 * @throws SidestreamError `runtime/unexpected` when Lighthouse fails
 */
export function performanceScore(url: string): number {
  const flags = '--chrome-flags=--headless=new --no-sandbox --disable-quic';
  const args = [url, '--only-categories=performance', '--output=json', '--output-path=stdout', '--quiet', flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, [peerFile('lighthouse', 'cli', 'index.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, CHROME_PATH: executablePath ?? '' },
  });
  const score = status === 0 ? JSON.parse(stdout).categories?.performance?.score : null;
  if (typeof score === 'number') return 100 * score;
  throw new SidestreamError('runtime/unexpected', `Lighthouse gave no score for ${url}; run it alone to see why.`, {
    cause: stderr,
  });
}
