import { describe, expect, it } from 'vitest';
import { notSaved, saveToFolder } from './save';

/** A folder in memory, with the part of the interface that is used. */
function memoryFolder(failing?: { path: string; name: string }) {
  const files = new Map<string, string>();
  const at = (prefix: string): FileSystemDirectoryHandle =>
    ({
      getDirectoryHandle: async (name: string) => at(`${prefix}${name}/`),
      getFileHandle: async (name: string) => ({
        createWritable: async () => {
          if (failing?.path === `${prefix}${name}`) throw new DOMException('no', failing.name);
          let text = '';
          return {
            write: async (content: Blob) => {
              text = await content.text();
            },
            close: async () => void files.set(`${prefix}${name}`, text),
          };
        },
      }),
    }) as unknown as FileSystemDirectoryHandle;
  return { files, folder: at('') };
}
const out = ['a.txt', 'in/deep/b.txt'].map((path) => ({ path, bytes: 1, open: async () => new Blob([path]) }));

describe('saveToFolder', () => {
  it('writes files with their folders', async () => {
    const { files, folder } = memoryFolder();
    const written: string[] = [];
    await saveToFolder(folder, out, ({ path }) => written.push(path));
    expect(Object.fromEntries(files)).toEqual({ 'a.txt': 'a.txt', 'in/deep/b.txt': 'in/deep/b.txt' });
    expect(written).toEqual(['a.txt', 'in/deep/b.txt']);
  });

  it.each([
    ['QuotaExceededError', 'store/full', 'The disk is full'],
    ['NotAllowedError', 'runtime/invalid-input', 'may not write'],
    ['NoModificationAllowedError', 'runtime/invalid-input', 'Another program'],
    ['NotFoundError', 'runtime/invalid-input', 'is gone'],
    ['DataError', 'runtime/invalid-input', 'download a zip'],
  ])('says in words what a %s means', async (name, code, message) => {
    const { files, folder } = memoryFolder({ path: 'in/deep/b.txt', name });
    await expect(saveToFolder(folder, out, () => undefined)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect([...files.keys()]).toEqual(['a.txt']);
  });

  it('keeps errors that are in words already', () => {
    const error = notSaved(new Error('odd'));
    expect(notSaved(error)).toBe(error);
  });
});
