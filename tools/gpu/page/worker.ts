import { expose } from 'comlink';
import mobilenetV2 from '../../../models/mobilenet-v2.onnx?url';
import useLite from '../../../models/use-lite.onnx?url';
import useLiteTokenizer from '../../../models/use-lite.tokenizer.json?url';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { createWebEncoder } from '../../../src/core/encoders/web';
import { measure } from '../encoders';
import type { Findings, Part } from '../findings';
import { type Host, SIZES, type SizeName } from '../host';

const bytes = async (url: string): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();

const { text, image } = DEFAULT_PRESETS;
/** The files of both encoders, fetched once, before anything is timed. */
async function loadFiles() {
  const tokenizer = await (await fetch(useLiteTokenizer)).text();
  return { text: { onnx: await bytes(useLite), tokenizer }, image: { onnx: await bytes(mobilenetV2) } };
}

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
