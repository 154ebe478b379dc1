import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SidestreamError } from '../../../src/error';
import { peers } from '../peers';
import { executablePath } from './visits';

/**
 * Lighthouse's score for the performance of a page, 0 to 100, with its own slow-down of processor and network for phones. The host
 * of the page may be in this process.
 * @throws SidestreamError `runtime/unexpected` when Lighthouse fails
 */
export async function performanceScore(url: string): Promise<number> {
  const flags = '--chrome-flags=--headless=new --no-sandbox --disable-quic';
  const args = [url, '--only-categories=performance', '--output=json', '--output-path=stdout', '--quiet', flags];
  let cause: unknown;
  try {
    const file = peers.file('lighthouse', 'cli', 'index.js');
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
      maxBuffer: 2 ** 26,
      env: { ...process.env, CHROME_PATH: executablePath ?? '' },
    });
    const score = JSON.parse(stdout).categories?.performance?.score;
    if (typeof score === 'number') return 100 * score;
  } catch (thrown) {
    cause = thrown;
  }
  throw new SidestreamError('runtime/unexpected', `Lighthouse gave no score for ${url}; run it alone to see why.`, {
    cause,
  });
}
