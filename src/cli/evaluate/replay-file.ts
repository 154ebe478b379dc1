import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Factors } from '../../catalog';
import { decodeFactors, encodeFactors } from '../../catalog/factors';
import { EARLIER, type Replay, type ReplayResult, type ReplayStep } from '../../evaluate';
import { writeWhole } from '../../training';
import { earlierEvents, learnMap, mapReplay, withReplay } from '../gradient-map';
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

const pathOf = (input: EvaluateInput): Promise<string> => pastPath(input, 'replay', `-seed-${input.seed}.bin`);

/**
 * The file of what replayed shoppers of the past taught, the map of the experts' gradients and the lift of new items: factors
 * without blocks.
 * @returns null where the past has too few shoppers
 */
export async function replayFile(input: EvaluateInput): Promise<PastFile | null> {
  const events = pastEvents(input);
  if (!earlierEvents(events, input.bundle)) return null;
  const earlier = earlierInput(input);
  const path = await pathOf(input);
  const make = async (replay?: Replay): Promise<void> => {
    const [base, earlierBase] = [await pastModel(input), await pastModel(earlier)];
    const { bundle, seed, meter, say } = input;
    const now = async () => ({ base, factors: (await pastLearned(input)).factors });
    const found = await learnMap({ bundle, events, now, earlierBase, seed, meter, say, replay });
    await writeWhole(path, encodeFactors(withReplay({ blocks: [] }, found), bundle.items.length, BASE));
    base.dispose();
    earlierBase.dispose();
  };
  return { path, needs: [await factorsFile(input), await baseFile(earlier)], divided: true, make };
}

/** The past of the past: the same split as in `earlierEvents`. */
const earlierInput = (input: EvaluateInput): EvaluateInput => ({ ...input, events: pastEvents(input), past: EARLIER });

/** The replays of this process by the path of their file: what the shop knew is made once for all steps. */
const replays = new Map<string, Promise<Replay | null>>();

/**
 * Does a step of the replay for the process that makes the file.
 * @returns null where the past has too few shoppers
 */
export async function replayStep(input: EvaluateInput, step: ReplayStep): Promise<ReplayResult | null> {
  const path = await pathOf(input);
  const make = async (): Promise<Replay | null> =>
    mapReplay({ ...input, events: pastEvents(input), earlierBase: await pastModel(earlierInput(input)) });
  const replay = replays.get(path) ?? make();
  replays.set(path, replay);
  const [result] = (await (await replay)?.([step])) ?? [];
  return result ?? null;
}

/** What the replayed shoppers taught, for this seed, as an earlier step has learned it; nothing where there is no file. */
export async function pastReplay(input: EvaluateInput): Promise<Pick<Factors, 'map' | 'coldStart'>> {
  const path = await pathOf(input);
  if (!existsSync(path)) return {};
  const { buffer, byteOffset, byteLength } = await readFile(path);
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
  const { map, coldStart } = decodeFactors(bytes, path, input.bundle.items.length, BASE);
  return { map, coldStart };
}
