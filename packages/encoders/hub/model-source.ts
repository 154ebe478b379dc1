import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import type { Preset } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import type { HubRepo } from './hub';

export interface ModelSource {
  /** Last part of its name, for the preset. */
  name: string;
  title: string;
  /** @returns null if there is no such file */
  read(path: string): Promise<Uint8Array | null>;
  /** Where ONNX files usually lie, likely ones first. */
  candidates(): Promise<string[]>;
  /** The source as the preset records it, once everything has been read. */
  record(file: string, sha256: string): Preset['source'];
}

const USUAL = ['model', 'vision_model', 'encoder_model'].flatMap((name) => [`onnx/${name}.onnx`, `${name}.onnx`]);

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

/** A small file as JSON; undefined if it does not exist. */
export async function readJson(source: ModelSource, path: string): Promise<unknown> {
  const text = await readTextFile(source, path);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${path} of ${source.title} is not JSON (${String(cause)}). Fetch it again.`;
    throw new SidestreamError('encoder/bad-settings', message, { cause });
  }
}

export async function readTextFile(source: ModelSource, path: string): Promise<string | null> {
  const bytes = await source.read(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** Reads a file that the model names, relative to the model's folder; each file once. */
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
    `${source.title} has no ${path}, which its model needs. Add the file.`,
  );
}

/** File names may come from models, so none may leave the model's folder. */
function inside(path: string): string {
  if (path !== '' && !path.split(/[/\\]/).includes('..') && !/^([/\\]|[a-z]:)/i.test(path)) return path;
  throw new SidestreamError('encoder/bad-settings', `"${path}" is outside the model's folder. Name a file inside it.`);
}

/** SPDX identifiers by the names of licences on the hub: these are in lower case, and do not tell "only" from "or later". */
const SPDX = new Map(
  ['Apache-2.0', 'MIT', 'Unlicense', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'CC-BY-4.0', 'CC-BY-SA-4.0']
    .concat('CC-BY-NC-4.0', 'CC-BY-NC-SA-4.0', 'GPL-3.0-only', 'AGPL-3.0-only', 'LGPL-3.0-only', 'MPL-2.0')
    .map((id) => [id.toLowerCase().replace(/-only$/, ''), id]),
);

const nameSchema = v.pipe(v.string(), v.trim(), v.regex(/^[\w.+-]{2,64}$/), v.notValues(['other', 'unknown']));

/** The licence in the header of a model card: its SPDX identifier, or the card's own name for it. */
export function cardLicense(card: string): string | null {
  const header = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? '';
  for (const field of ['license', 'license_name']) {
    // On one line, or as the only entry of a list.
    const value = new RegExp(`^${field}:[ \\t]*(?:\\r?\\n[ \\t]*-[ \\t]*)?(.+)$`, 'm').exec(header)?.[1];
    const name = v.safeParse(nameSchema, value?.replace(/['"]/g, ''));
    if (name.success) return SPDX.get(name.output.toLowerCase()) ?? name.output;
  }
  return null;
}
