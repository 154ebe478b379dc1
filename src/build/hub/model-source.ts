import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import type { Preset } from '../../encoders';
import { SidestreamError } from '../../error';
import type { HubRepo } from './hub';

/** Where a model's files lie: a repository of the hub or a folder. */
export interface ModelSource {
  /** Last part of its name, for the preset. */
  name: string;
  /** For messages. */
  title: string;
  /** @returns null when there is no such file */
  read(path: string): Promise<Uint8Array | null>;
  /** Where ONNX files usually lie, likely ones first. */
  candidates(): Promise<string[]>;
  /** As the preset records it, once everything was read. */
  record(file: string, sha256: string): Preset['source'];
}

/** Exporters' usual places. */
const USUAL = [
  'onnx/model.onnx',
  'model.onnx',
  'onnx/vision_model.onnx',
  'vision_model.onnx',
  'onnx/encoder_model.onnx',
  'encoder_model.onnx',
];

export function hubSource(repo: HubRepo): ModelSource {
  return {
    name: repo.repo.split('/').at(-1) ?? repo.repo,
    title: repo.repo,
    read: async (path) => {
      const found = await repo.file(inside(path));
      return found === null ? null : readFile(found);
    },
    candidates: async () => USUAL,
    record: (file, sha256) => ({ kind: 'hub', repo: repo.repo, revision: repo.resolved, file, sha256 }),
  };
}

export function folderSource(path: string): ModelSource {
  const folder = resolve(path);
  return {
    name: basename(folder),
    title: path,
    read: async (file) => {
      const full = join(folder, inside(file));
      return existsSync(full) ? readFile(full) : null;
    },
    candidates: async () => {
      const own = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
      return [...USUAL, ...(own.length === 1 ? own : [])];
    },
    record: (file, sha256) => ({ kind: 'folder', folder: basename(folder), file, sha256 }),
  };
}

/** A small file as JSON; undefined when there is none. */
export async function readJson(source: ModelSource, path: string): Promise<unknown> {
  const text = await readText(source, path);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${path} of ${source.title} is not JSON (${String(cause)}). Fetch it again.`;
    throw new SidestreamError('encoder/bad-settings', message, { cause });
  }
}

export async function readText(source: ModelSource, path: string): Promise<string | null> {
  const bytes = await source.read(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** Reads a file that a model names, which lies beside it; every file once. */
export function besides(source: ModelSource, model: string): (location: string) => Promise<Uint8Array> {
  const known = new Map<string, Promise<Uint8Array>>();
  return (location) => {
    const path = join(dirname(model), location).replaceAll('\\', '/');
    const found = known.get(path) ?? required(source, path);
    known.set(path, found);
    return found;
  };
}

async function required(source: ModelSource, path: string): Promise<Uint8Array> {
  const bytes = await source.read(path);
  if (bytes) return bytes;
  throw new SidestreamError(
    'encoder/not-found',
    `${source.title} has no ${path}, which its model needs. Put it there.`,
  );
}

const pathSchema = v.pipe(
  v.string(),
  v.check((path) => path !== '' && !path.split(/[/\\]/).includes('..') && !/^([/\\]|[a-z]:)/i.test(path)),
);

/** File names come out of models too: none may lead out of its folder. */
function inside(path: string): string {
  if (v.is(pathSchema, path)) return path;
  throw new SidestreamError(
    'encoder/bad-settings',
    `"${path}" leads out of the model's folder. Name a file inside it.`,
  );
}
