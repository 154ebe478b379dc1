import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBundle } from '../../../src/core/catalog';
import { bundlePreset } from '../../../src/core/encoders';
import { createTokenizer } from '../../../src/core/encoders/tokenizer';
import { cosine } from '../../../testing/cosine';
import { HubServer } from '../../../testing/hub-server';
import { bertStates } from '../../../testing/models/plain-transformer';
import { bertRepository, clipRepository, type Files } from '../../../testing/models/repositories';
import { BERT } from '../../../testing/models/tiny-model';
import { folderFetch } from '../../cli/bundler/folder-bundle';
import { buildCommand } from '../../cli/commands/build';
import { encodersCommand } from '../../cli/commands/encoders';
import { createNodeEncoder } from '../node';
import { readEncoder, readPreset } from './encoder-files';

const COMMIT = '89abcdef0123456789abcdef0123456789abcdef';
let server: HubServer;
let root: string;
let models: string;
let lines: string[];

beforeEach(async () => {
  server = await HubServer.start();
  root = await mkdtemp(join(tmpdir(), 'sidestream-adapt-'));
  models = join(root, 'models');
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
  vi.stubEnv('HF_ENDPOINT', server.endpoint);
  vi.stubEnv('HF_HUB_CACHE', join(root, 'cache'));
  vi.stubEnv('HF_HUB_OFFLINE', '');
  vi.stubEnv('HF_TOKEN', '');
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await server.stop();
  await rm(root, { recursive: true });
});

const serve = (repo: string, files: Files, token?: string) => server.repos.set(repo, { commit: COMMIT, files, token });
const run = (...words: string[]) =>
  encodersCommand()
    .exitOverride()
    .parseAsync([...words, '--models', models], { from: 'user' });
const said = () => lines.join('\n');

describe('sidestream encoders add <hub id>', () => {
  it('makes a text encoder whose taps are the model’s hidden states', async () => {
    serve('tiny/BERT_Small', bertRepository('torchscript'));
    await run('add', 'tiny/BERT_Small', '--layers', '0,2,3');
    const preset = await readPreset('bert-small', models, 'text');
    expect(preset).toMatchObject({
      source: { kind: 'hub', repo: 'tiny/BERT_Small', revision: COMMIT, file: 'onnx/model.onnx' },
      license: 'Apache-2.0',
      maxTokens: 40,
      adapted: { pooling: 'mean', bits: 8 },
    });
    const files = await readEncoder(preset, models);
    const encoder = await createNodeEncoder(preset, files);
    const text = 'Blue dress, with steel buttons';
    const taps = await encoder.encode([text, 'a much longer text, so that the first one has to be padded out']);
    await encoder.release();
    const ids = createTokenizer(files.tokenizer ?? '', preset).ids(text);
    expect(ids[0]).toBe(2);
    expect(ids.at(-1)).toBe(3);
    const states = bertStates(ids, BERT);
    for (const [t, layer] of [0, 2, 3].entries()) {
      const mean = states[layer][0].map((_, d) => states[layer].reduce((sum, x) => sum + x[d] / ids.length, 0));
      expect(cosine(taps[t].subarray(0, mean.length), mean)).toBeGreaterThan(0.9995);
    }
    expect(new TextDecoder().decode(files.onnx)).toContain('tiny/BERT_Small');
  });

  it('continues an interrupted download, and reports how near the result is', async () => {
    serve('tiny/bert', bertRepository('dynamo'));
    server.cuts = [100_000];
    await run('add', 'tiny/bert');
    expect(server.log.some((line) => line.includes('bytes=100000-'))).toBe(true);
    expect(said()).toMatch(/8-bit weights; lowest cosine to the original: layer_0 (1\.0|0\.99)\d+, layer_2 0\.99/);
  });

  it('knows the short names, and does not build an encoder again', async () => {
    serve('intfloat/multilingual-e5-small', bertRepository('fused'));
    await run('add', 'multilingual-e5-small');
    const preset = await readPreset('multilingual-e5-small', models, 'text');
    expect(preset).toMatchObject({ prefix: 'query: ', license: 'MIT' });
    const requests = server.log.length;
    await run('add', 'multilingual-e5-small');
    expect(lines.at(-1)).toBe('multilingual-e5-small: already built');
    expect(server.log).toHaveLength(requests);
    await run('list');
    expect(said()).toMatch(/multilingual-e5-small +text +built +MIT +intfloat\/multilingual-e5-small 89abcdef0123/);
    expect(said()).toMatch(/dinov2-small +image +not built/);
  });

  it('keeps the bytes on which a model computes, or computes on bytes on request', async () => {
    serve('tiny/quantized', bertRepository('dynamic-int8'));
    await run('add', 'tiny/quantized', '--pool', 'cls');
    expect((await readPreset('quantized', models, 'text')).adapted).toMatchObject({ compute: 'int8' });
    serve('tiny/bert', bertRepository('torchscript'));
    await run('add', 'tiny/bert', '--compute', 'int8', '--min-cosine', '0.9');
    expect((await readPreset('bert', models, 'text')).adapted).toMatchObject({ bits: 8, compute: 'int8' });
  });

  it('works from the cache without a connection', async () => {
    serve('tiny/bert', bertRepository('tf'));
    await run('add', 'tiny/bert');
    const first = await readFile(join(models, 'bert.onnx'));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await run('add', 'tiny/bert');
    expect(first.equals(await readFile(join(models, 'bert.onnx')))).toBe(true);
    await expect(run('add', 'tiny/other')).rejects.toMatchObject({ code: 'encoder/offline' });
  });

  it('records the loss, and refuses one that is too large', async () => {
    serve('tiny/bert', bertRepository('torchscript'));
    await run('add', 'tiny/bert');
    const { adapted } = await readPreset('bert', models, 'text');
    expect(adapted?.cosine).toBeLessThan(1);
    await rm(models, { recursive: true });
    await expect(run('add', 'tiny/bert', '--min-cosine', '1')).rejects.toMatchObject({
      code: 'encoder/too-lossy',
      message: expect.stringContaining('--min-cosine'),
    });
    await expect(readPreset('bert', models, 'text')).rejects.toMatchObject({ code: 'encoder/missing' });
  });
});

describe('sidestream encoders add, refusing', () => {
  it('a model without a licence, until one is given', async () => {
    serve('tiny/bert', { ...bertRepository('dynamo'), 'README.md': '# no header' });
    await expect(run('add', 'tiny/bert')).rejects.toMatchObject({ code: 'encoder/unlicensed' });
    expect(server.log.some((line) => line.includes('model.onnx'))).toBe(false);
    await run('add', 'tiny/bert', '--licence', 'CC-BY-4.0');
    expect((await readPreset('bert', models, 'text')).license).toBe('CC-BY-4.0');
  });

  it.each([
    ['a gated model', 'encoder/forbidden', (files: Files) => files, 'secret'],
    [
      'a graph of another kind',
      'encoder/unsupported-graph',
      (files: Files) => ({ ...files, ...wrongModel() }),
      undefined,
    ],
    [
      'a model without an ONNX file',
      'encoder/not-found',
      ({ 'onnx/model.onnx': _, ...files }: Files) => files,
      undefined,
    ],
    ['a broken tokeniser', 'encoder/bad-settings', (files: Files) => ({ ...files, 'tokenizer.json': '{' }), undefined],
    ['one without a tokeniser', 'encoder/bad-settings', ({ 'tokenizer.json': _, ...files }: Files) => files, undefined],
  ])('%s', async (_, code, change, token) => {
    serve('tiny/bert', change(bertRepository('torchscript')), token);
    await expect(run('add', 'tiny/bert')).rejects.toMatchObject({ code });
  });

  it('a download with the wrong digest', async () => {
    serve('tiny/bert', bertRepository('torchscript'));
    server.wrongDigest = true;
    await expect(run('add', 'tiny/bert')).rejects.toMatchObject({ code: 'encoder/digest-mismatch' });
  });

  it('a tap that is the same for every input', async () => {
    serve('tiny/clip', clipRepository('dynamo'));
    await expect(run('add', 'tiny/clip', '--layers', '0,2')).rejects.toMatchObject({
      code: 'encoder/bad-settings',
      message: expect.stringContaining('layer_0'),
    });
  });

  it('a name that is neither known nor a hub id', async () => {
    await expect(run('add', 'bert-huge')).rejects.toMatchObject({
      code: 'encoder/missing',
      message: expect.stringContaining('dinov2-small'),
    });
  });
});

describe('a bundle built with such encoders', () => {
  it('holds their taps and all that a browser needs to encode new items', async () => {
    serve('tiny/bert', bertRepository('torchscript'));
    await run('add', 'tiny/bert');
    const folder = join(root, 'my-clip');
    for (const [path, content] of Object.entries(clipRepository('dynamo'))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await run('add', folder, '--taps', '2');
    expect(await readPreset('my-clip', models, 'image')).toMatchObject({
      source: { kind: 'folder', folder: 'my-clip', file: 'onnx/vision_model.onnx' },
      license: 'MIT',
      fit: 'crop',
      size: 32,
      shortestEdge: 36,
      filter: 'bicubic',
    });
    const images = join(root, 'images');
    await mkdir(images);
    const rows = await Promise.all(
      ['#f00', '#0f0', '#00f', '#ff0', '#0ff', '#fff'].map(async (background, i) => {
        const picture = sharp({ create: { width: 60, height: 40 + i, channels: 3, background } });
        await picture.png().toFile(join(images, `${i}.png`));
        return JSON.stringify({ id: `p${i}`, title: `Blue dress number ${i}`, image: `${i}.png` });
      }),
    );
    const catalog = join(root, 'catalog.jsonl');
    await writeFile(catalog, rows.join('\n'));
    const out = join(root, 'bundle');
    const chosen = ['--text-encoder', 'bert', '--image-encoder', 'my-clip', '--models', models];
    await buildCommand().parseAsync([catalog, '--images', images, '--out', out, ...chosen], { from: 'user' });
    const { manifest, features } = await openBundle(folderFetch(out));
    expect(manifest.modalities.text.taps).toEqual(['layer_0', 'layer_2', 'layer_3']);
    expect(manifest.modalities.image.taps).toEqual(['layer_2', 'layer_3']);
    expect(features.scales.every((scale) => scale > 0)).toBe(true);
    for (const modality of ['text', 'image'] as const) {
      const { preset, digest, encoder } = manifest.modalities[modality];
      expect(encoder?.onnx.sha256).toBe(digest);
      expect(bundlePreset(preset, encoder?.settings)).toMatchObject({ modality, digest });
    }
    await expect(readPreset('my-clip', models, 'text')).rejects.toMatchObject({ code: 'encoder/missing' });
  });
});

function wrongModel(): Files {
  const [, model] = Object.entries(clipRepository('dynamo')).find(([path]) => path.endsWith('.onnx')) ?? [];
  return { 'onnx/model.onnx': model ?? '' };
}
