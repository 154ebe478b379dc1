import { expose } from 'comlink';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { createWebEncoder } from '../../../src/core/encoders/web';
import { measure } from '../encoders';
import type { Findings, Part } from '../findings';
import { type Host, SIZES, type SizeName } from '../host';
import { loadFiles } from './files';

const { text, image } = DEFAULT_PRESETS;

async function workerHost(): Promise<Host> {
  const files = await loadFiles();
  return {
    openText: (backend) => createWebEncoder(text, files.text, { backend }),
    openImage: (backend) => createWebEncoder(image, files.image, { backend }),
  };
}

const measuring = {
  measure: async (part: Part, sizes: SizeName): Promise<Findings> =>
    measure(part, await workerHost(), SIZES[sizes], (line) => console.debug(line)),
};

export type Measuring = typeof measuring;
expose(measuring);
