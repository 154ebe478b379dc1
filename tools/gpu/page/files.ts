import mobilenetV2 from '../../../models/mobilenet-v2.onnx?url';
import useLite from '../../../models/use-lite.onnx?url';
import useLiteTokenizer from '../../../models/use-lite.tokenizer.json?url';

const bytes = async (url: string): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();

/** The files of both encoders, fetched before anything is timed. */
export async function loadFiles() {
  const tokenizer = await (await fetch(useLiteTokenizer)).text();
  return { text: { onnx: await bytes(useLite), tokenizer }, image: { onnx: await bytes(mobilenetV2) } };
}
