import { SidestreamError } from '../../../error';
import { type FetchFile, fetchBytes } from '../bundle/bundle-file';

/** A file of a bundle that changes under its name: the manifest has neither its size nor its digest. */
export interface MutableFile {
  name: string;
  /** Maximum size that is read, bytes. */
  maxBytes: number;
  /** The error that states the problem, the fallback of pages, and the next step. */
  unusable(what: string, cause?: unknown): SidestreamError;
}

/** Gets the bytes of a file, up to its maximum size. @throws SidestreamError the error of `unusable` */
export async function fetchMutable(fetchFile: FetchFile, file: MutableFile): Promise<ArrayBuffer> {
  let loaded = 0;
  try {
    return await fetchBytes(fetchFile, file.name, (more) => {
      loaded += more;
      checkSize(loaded, file);
    });
  } catch (thrown) {
    const cause = SidestreamError.from(thrown);
    throw cause.code === 'bundle/unreachable' ? file.unusable(cause.message, cause) : cause;
  }
}

/** Reads a file as JSON. @throws SidestreamError the error of `unusable` */
export function parseMutable(bytes: ArrayBuffer, file: MutableFile): unknown {
  checkSize(bytes.byteLength, file);
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const page = text.trimStart().startsWith('<');
    const what = page ? 'a web page, which hosts send instead of a missing file' : `no JSON (${cause})`;
    throw file.unusable(`${file.name} is ${what}`, cause);
  }
}

function checkSize(bytes: number, { name, maxBytes, unusable }: MutableFile): void {
  if (bytes > maxBytes) throw unusable(`${name}: it is larger than ${maxBytes / 1e6} MB`);
}
