import { SidestreamError } from '../../../error';
import { codeOf } from '../../common/text';

/**
 * The optional peer dependencies that encode products in Node. Both are large and native, and a page does not need them, so
 * only machines that build bundles install them.
 */
const INSTALL = 'npm i -D onnxruntime-node sharp --ignore-scripts';

/** @throws SidestreamError `encoder/not-installed` */
export const loadOnnxruntime = (): Promise<typeof import('onnxruntime-node')> =>
  import('onnxruntime-node').catch(notLoaded('onnxruntime-node'));

/** @throws SidestreamError `encoder/not-installed` */
export const loadSharp = (): Promise<typeof import('sharp')['default']> =>
  import('sharp').then(({ default: sharp }) => sharp, notLoaded('sharp'));

/**
 * The libraries that compute features in Node, with versions: another version may round differently.
 * @throws SidestreamError `encoder/not-installed`
 */
export async function nodeRuntime(): Promise<string> {
  const [{ env }, sharp] = await Promise.all([loadOnnxruntime(), loadSharp()]);
  return `onnxruntime ${env.versions.node ?? env.versions.common}, libvips ${sharp.versions.vips}`;
}

function notLoaded(name: string): (cause: unknown) => never {
  return (cause) => {
    const absent = codeOf(cause) === 'ERR_MODULE_NOT_FOUND';
    const what = absent ? `is not installed. Run "${INSTALL}" in this folder` : `does not load. Run "${INSTALL}" again`;
    const message = `Encoding products in Node needs ${name}, which ${what}; the binaries for CPUs are inside the packages, no install script is needed.`;
    throw new SidestreamError('encoder/not-installed', message, { cause });
  };
}
