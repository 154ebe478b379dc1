import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { GradientMap } from '../../catalog';
import { decodeGradientMap, encodeGradientMap } from '../../catalog/factors';
import { EARLIER } from '../../evaluate';
import { writeWhole } from '../../training';
import { earlierEvents, learnMap } from '../gradient-map';
import {
  baseFile,
  type EvaluateInput,
  factorsFile,
  type PastFile,
  pastEvents,
  pastLearned,
  pastModel,
  pastPath,
} from './input';

/** Stands for the base model in the file: the name of the file says which one it is. */
const BASE = 'past';

const pathOf = (input: EvaluateInput): Promise<string> => pastPath(input, 'map', `-seed-${input.seed}.bin`);

/**
 * The file of the map of the experts' gradients, learned from the past alone; empty where the past does not say that it helps.
 * @returns null where the past has too few shoppers to learn one
 */
export async function gradientMapFile(input: EvaluateInput): Promise<PastFile | null> {
  const events = pastEvents(input);
  if (!earlierEvents(events, input.bundle)) return null;
  // The past of the past: the same split as in `earlierEvents`.
  const earlier: EvaluateInput = { ...input, events, past: EARLIER };
  const path = await pathOf(input);
  const make = async (): Promise<void> => {
    const [base, earlierBase] = [await pastModel(input), await pastModel(earlier)];
    const { bundle, seed, meter, say } = input;
    const learned = await pastLearned(input);
    const found = await learnMap({ bundle, events, base, learned, earlierBase, seed, meter, say });
    await writeWhole(path, found?.map ? encodeGradientMap(found.map, BASE) : new Uint8Array(0));
    base.dispose();
    earlierBase.dispose();
  };
  return { path, needs: [await factorsFile(input), await baseFile(earlier)], make };
}

/** The map of the past for this seed, as an earlier step has learned it; null where there is none. */
export async function pastMap(input: EvaluateInput): Promise<GradientMap | null> {
  const path = await pathOf(input);
  if (!existsSync(path)) return null;
  const { buffer, byteOffset, byteLength } = await readFile(path);
  if (byteLength === 0) return null;
  return decodeGradientMap(new Uint8Array(buffer, byteOffset, byteLength).slice().buffer, path, BASE);
}
