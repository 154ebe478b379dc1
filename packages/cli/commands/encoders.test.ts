import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPreset } from '../../../src/core/encoders';
import { readEncoder } from '../../encoders/hub/encoder-files';
import { createNodeEncoder } from '../../encoders/node';
import { encodersCommand } from './encoders';

describe('sidestream encoders', () => {
  let folder: string;
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-models-'));
    lines = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  const run = (...words: string[]) =>
    encodersCommand()
      .exitOverride()
      .parseAsync([...words, '--models', folder], { from: 'user' });

  it('add builds files that an encoder accepts, and keeps them the second time', async () => {
    await run('add', 'mobilenet-v2');
    const file = join(folder, 'mobilenet-v2.onnx');
    const preset = findPreset('mobilenet-v2');
    if (preset.modality !== 'image') throw new Error('mobilenet-v2 encodes images');
    const encoder = await createNodeEncoder(preset, await readEncoder(preset, folder));
    await encoder.release();
    const { mtimeMs } = await stat(file);
    await run('add', 'mobilenet-v2');
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    expect(lines.at(-1)).toBe('mobilenet-v2: already built');
  });

  it('add rebuilds damaged files', async () => {
    const file = join(folder, 'use-lite.tokenizer.json');
    await run('add', 'use-lite');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.slice(0, 1000));
    await run('add', 'use-lite');
    expect(await readFile(file, 'utf8')).toBe(whole);
  });

  it('add names the known encoders when it gets an unknown one', async () => {
    await expect(run('add', 'bert-huge')).rejects.toMatchObject({
      code: 'encoder/missing',
      message: expect.stringContaining('use-lite, mobilenet-v2'),
    });
  });

  it('list shows what is built', async () => {
    await run('add', 'mobilenet-v2');
    lines = [];
    await run('list');
    expect(lines[0]).toMatch(/^use-lite +text +not built +Apache-2.0/);
    expect(lines[1]).toMatch(/^mobilenet-v2 +image +built +MIT/);
  });

  it('a missing encoder is reported with the command that makes it', async () => {
    await expect(readEncoder(findPreset('use-lite'), folder)).rejects.toMatchObject({
      code: 'encoder/missing',
      message: expect.stringContaining('encoders add use-lite'),
    });
  });
});
