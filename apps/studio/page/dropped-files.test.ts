import { expect, it } from 'vitest';
import { chosenFiles, droppedFiles } from './dropped-files';

type Tree = File | DOMException | { [name: string]: Tree };

/** An entry of the browser for a file or a folder; a folder gives two entries at a time, as browsers give 100. */
function entryOf(name: string, tree: Tree): unknown {
  if (tree instanceof File)
    return { name, isFile: true, isDirectory: false, file: (done: (file: File) => void) => done(tree) };
  if (tree instanceof DOMException)
    return {
      name,
      isFile: true,
      isDirectory: false,
      file: (_: unknown, fail: (thrown: unknown) => void) => fail(tree),
    };
  const inside = Object.entries(tree).map(([child, value]) => entryOf(child, value));
  const createReader = () => {
    const rest = [...inside];
    return { readEntries: (done: (entries: unknown[]) => void) => done(rest.splice(0, 2)) };
  };
  return { name, isFile: false, isDirectory: true, createReader };
}

const file = (name: string) => new File(['x'], name);

function transferOf(tree: Record<string, Tree>, files: File[] = []): DataTransfer {
  const items = Object.entries(tree).map(([name, value]) => ({ webkitGetAsEntry: () => entryOf(name, value) }));
  return { items, files } as unknown as DataTransfer;
}

it('finds the files in dropped folders, with their paths, and leaves out what systems put there', async () => {
  const dropped = await droppedFiles(
    transferOf({
      'products.csv': file('products.csv'),
      photos: {
        'a.png': file('a.png'),
        'b.png': file('b.png'),
        '.DS_Store': file('.DS_Store'),
        deep: { 'c.png': file('c.png') },
        __MACOSX: { 'c.png': file('c.png') },
      },
    }),
  );
  expect(dropped.map(({ path }) => path)).toEqual([
    'products.csv',
    'photos/a.png',
    'photos/b.png',
    'photos/deep/c.png',
  ]);
  expect(dropped[3]?.file.name).toBe('c.png');
});

it('takes the files of a browser that gives no entries', async () => {
  const transfer = { items: [{ webkitGetAsEntry: () => null }], files: [file('a.csv')] } as unknown as DataTransfer;
  expect((await droppedFiles(transfer)).map(({ path }) => path)).toEqual(['a.csv']);
});

it('names the file that cannot be read', async () => {
  const gone = new DOMException('A requested file could not be found.', 'NotFoundError');
  await expect(droppedFiles(transferOf({ photos: { 'a.png': gone } }))).rejects.toThrow(
    '“photos/a.png” could not be read: A requested file could not be found. Check that it still exists, and drop it again.',
  );
});

it('takes chosen files by their paths in the chosen folder', () => {
  const inFolder = Object.assign(file('a.png'), { webkitRelativePath: 'photos/a.png' });
  const hidden = Object.assign(file('._a.png'), { webkitRelativePath: 'photos/._a.png' });
  const list = [inFolder, hidden, file('b.png')] as unknown as FileList;
  expect(chosenFiles(list).map(({ path }) => path)).toEqual(['photos/a.png', 'b.png']);
  expect(chosenFiles(null)).toEqual([]);
});
