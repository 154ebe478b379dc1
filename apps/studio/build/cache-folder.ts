import type { CacheFile, CacheFolder } from '../../../packages/shop/pipeline';
import { notWritten, studioFolder } from '../files/opfs';

/** The caches of a build in the browser's private file system. Only workers can open them, and only one at a time. */
export const cacheFolder: CacheFolder = async (name) => {
  const file = await (await studioFolder('cache')).handle(name);
  return opened(await file.createSyncAccessHandle());
};

function opened(handle: FileSystemSyncAccessHandle): CacheFile {
  return {
    size: () => handle.getSize(),
    read: (into, at) => handle.read(into, { at }),
    write(bytes, at) {
      try {
        const written = handle.write(bytes, { at });
        if (written < bytes.length) throw new DOMException('only a part was written', 'QuotaExceededError');
      } catch (thrown) {
        throw notWritten(thrown);
      }
    },
    truncate: (size) => handle.truncate(size),
    close() {
      handle.flush();
      handle.close();
    },
  };
}
