import { messageOf } from '../../../src/core/common/text';
import type { EncoderFiles, PRESETS } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import { mobilenetV2 } from './mobilenet-v2';
import type { ReadSource, Recipe } from './recipe';
import { useLite } from './use-lite';

const RECIPES: Readonly<Record<string, Recipe>> = { 'use-lite': useLite, 'mobilenet-v2': mobilenetV2 };

/**
 * Makes the encoder of a preset from the files of its npm package.
 * @throws SidestreamError `encoder/unsupported-graph` when the package contains another model
 */
export async function buildPreset(
  { name, source, taps }: (typeof PRESETS)[number],
  read: ReadSource,
): Promise<EncoderFiles> {
  try {
    return await RECIPES[name](
      read,
      taps.map((tap) => tap.name),
    );
  } catch (cause) {
    throw new SidestreamError(
      'encoder/unsupported-graph',
      `The model in ${source.package} is not the one that this recipe expects: ${messageOf(cause)}. Install version ${source.version} again.`,
      { cause },
    );
  }
}
