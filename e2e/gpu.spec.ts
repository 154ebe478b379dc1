import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';

interface Compared {
  adapter: { architecture: string };
  checks: { part: string; name: string; met: boolean }[];
  times: { part: string; on: string }[];
  failures: unknown[];
}

/** Runs `npm run gpu` on the tiniest sizes; the browser is one of its own. */
function compare(...parts: string[]): Promise<{ status: number; output: string; result: Compared }> {
  const main = fileURLToPath(new URL('../tools/gpu/main.ts', import.meta.url));
  const args = ['--import', 'tsx', main, '--software', '--sizes', 'tiny', '--json', '--only', ...parts];
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, (_, output, errors) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (!last.startsWith('{')) return reject(new Error(`${output}\n${errors}`));
      resolve({ status: child.exitCode ?? -1, output, result: JSON.parse(last) });
    });
  });
}

test('npm run gpu finds the numbers of wasm on a software adapter, and says that it is one', {
  tag: '@nightly',
}, async () => {
  test.slow();
  const parts = ['text', 'image'];
  const { status, output, result } = await compare(...parts);
  expect(result.failures).toEqual([]);
  expect(result.checks.filter(({ met }) => !met)).toEqual([]);
  expect(status).toBe(0);
  expect(result.adapter.architecture).toBe('swiftshader');
  expect(output).toContain('times say nothing about hardware');
  for (const part of parts) {
    expect(result.checks.filter((check) => check.part === part).length, part).toBeGreaterThan(1);
    expect(
      result.checks.some((check) => check.part === part && check.name.startsWith('a query of find()')),
      part,
    ).toBe(true);
    const backends = result.times.filter((time) => time.part === part).map(({ on }) => on);
    expect([...new Set(backends)].sort(), part).toEqual(['wasm', 'webgpu']);
  }
});
