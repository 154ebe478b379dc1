import { SidestreamError } from '../error';

/**
 * What reads products in Node. Both are large and hold native code, which a page has no use for, so the package does not
 * bring them: whoever builds bundles installs them beside it.
 */
const INSTALL = 'npm i -D onnxruntime-node sharp --ignore-scripts';

/** @throws SidestreamError `encoder/not-installed` */
export const loadOnnxruntime = (): Promise<typeof import('onnxruntime-node')> =>
  import('onnxruntime-node').catch(lacks('onnxruntime-node'));

/** @throws SidestreamError `encoder/not-installed` */
export const loadSharp = (): Promise<typeof import('sharp')['default']> =>
  import('sharp').then(({ default: sharp }) => sharp, lacks('sharp'));

/**
 * What turns inputs into numbers here, with versions: another one may round differently.
 * @throws SidestreamError `encoder/not-installed`
 */
export async function nodeRuntime(): Promise<string> {
  const [{ env }, sharp] = await Promise.all([loadOnnxruntime(), loadSharp()]);
  return `onnxruntime ${env.versions.node ?? env.versions.common}, libvips ${sharp.versions.vips}`;
}

function lacks(name: string): (cause: unknown) => never {
  return (cause) => {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    const what = absent ? `is not installed. Run "${INSTALL}" in this folder` : `does not load. Run "${INSTALL}" again`;
    const message = `Encoding products in Node needs ${name}, which ${what}; the binaries for CPUs are inside the packages, no install script is needed.`;
    throw new SidestreamError('encoder/not-installed', message, { cause });
  };
}
