import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';

const headSchema = v.object({
  url: v.string(),
  etag: v.optional(v.string()),
  lastModified: v.optional(v.string()),
});

/** A picture kept on disk and what its server said to tell a newer one by. */
export interface CachedPicture extends v.InferOutput<typeof headSchema> {
  bytes: Uint8Array;
}

/** Pictures by address, one file each: a line of JSON, then the picture. Files are complete or not there. */
export interface PictureCache {
  /** Null when there is none, or when its file cannot be used. */
  get(url: string): Promise<CachedPicture | null>;
  put(picture: CachedPicture): Promise<void>;
}

export function pictureCache(folder: string): PictureCache {
  const pathOf = (url: string): string => {
    const name = createHash('sha256').update(url).digest('hex');
    return join(folder, name.slice(0, 2), name);
  };
  return {
    async get(url) {
      let file: Buffer;
      try {
        file = await readFile(pathOf(url));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
      const end = file.indexOf(10);
      const head = v.safeParse(
        v.pipe(v.string(), v.parseJson(), headSchema),
        file.toString('utf8', 0, Math.max(0, end)),
      );
      if (!head.success || head.output.url !== url) return null;
      return { ...head.output, bytes: new Uint8Array(file.subarray(end + 1)) };
    },
    async put({ bytes, ...head }) {
      const path = pathOf(head.url);
      await mkdir(dirname(path), { recursive: true });
      // Two builds may share the folder.
      const part = `${path}.${process.pid}.part`;
      await writeFile(part, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]));
      await rename(part, path);
    },
  };
}
