import * as v from 'valibot';
import type { Modality } from '../../core/catalog';
import { itemIdSchema, storedTime } from '../../core/events';
import {
  callSchema,
  consentSchema,
  type EncoderBackend,
  localItemSchema,
  parsed,
  recommendSchema,
  type WorkerRecommender,
} from '../protocol';

/** An argument of a method: its schema, and its name in messages, which is empty if its fields have names. */
interface Argument<Output> {
  schema: v.GenericSchema<unknown, Output>;
  name: string;
}

const argument = <Output>(schema: v.GenericSchema<unknown, Output>, name = ''): Argument<Output> => ({ schema, name });

/** Parsed by the code that uses it, which only some pages load. */
const late = argument(v.unknown());
const request = argument(v.optional(recommendSchema, {}));
const wait = argument(v.optional(callSchema));
const options = argument(v.record(v.string(), v.unknown()));
const encoderRuns = v.array(
  v.strictObject({
    modality: v.picklist(['text', 'image'] satisfies Modality[]),
    encoder: v.string(),
    backend: v.picklist(['webgpu', 'wasm'] satisfies EncoderBackend[]),
    reason: v.nullable(v.string()),
    milliseconds: v.number(),
  }),
);
const time = argument(v.optional(storedTime), 'time');

/** The arguments of all calls. Events are parsed one by one: a rejected one does not affect the others. */
const ARGUMENTS = {
  join: [options, options],
  recommend: [request, wait],
  rerank: [late, late, wait],
  find: [late, wait, late, argument(v.optional(encoderRuns, []), 'runs')],
  recommendSegments: [late],
  recommendRows: [late],
  products: [late, late],
  setHints: [late],
  explain: [argument(itemIdSchema, 'itemId'), request],
  track: [late, late, late, time],
  trackAll: [argument(v.array(v.unknown()), 'events'), time],
  consent: [argument(consentSchema)],
  getItem: [argument(v.string(), 'id'), argument(v.optional(v.string()), 'lang')],
  browse: [late],
  categories: [late],
  status: [],
  metrics: [],
  takeMetrics: [argument(v.optional(v.array(v.string()), []), 'sent')],
  settled: [],
  reset: [],
  forget: [],
  snapshots: [],
  rollback: [late],
  inspect: [late, late],
  exportProfile: [late],
  importProfile: [late, late],
  updateOffers: [late],
  queryEncoder: [argument(v.picklist(['text', 'image'] satisfies Modality[]), 'modality')],
  encoderFiles: [],
  insertItem: [argument(localItemSchema, 'item'), argument(encoderRuns, 'runs')],
  save: [],
  handOver: [],
  copy: [],
  takeOver: [late],
  close: [],
} satisfies { [Name in Method]: Each<Parameters<WorkerRecommender[Name]>> };

type Method = keyof WorkerRecommender;
/** One entry for each argument, even if it is optional for the page. */
type Each<Arguments extends readonly unknown[]> = { [At in keyof Arguments]-?: Argument<unknown> };
type Parsed<Arguments extends readonly unknown[]> = {
  [At in keyof Arguments]: Arguments[At] extends Argument<infer Output> ? Output : never;
};
type Given = { [Name in Method]: Parsed<(typeof ARGUMENTS)[Name]> };
type Results = { [Name in Method]: ReturnType<WorkerRecommender[Name]> };

/** All calls of the page, with parsed arguments. */
export type Calls = { [Name in Method]: (...given: Given[Name]) => Results[Name] };

/** The interface for the page: parses the arguments of every call. */
export function parsingCalls(engine: Calls): WorkerRecommender {
  const names = Object.keys(ARGUMENTS) as Method[];
  const call = async <Name extends Method>(name: Name, given: readonly unknown[]): Promise<Awaited<Results[Name]>> => {
    const fields: readonly Argument<unknown>[] = ARGUMENTS[name];
    const values = fields.map(({ schema, name: field }, at) => parsed(schema, given[at], `${name}()`, field));
    return await engine[name](...(values as Given[Name]));
  };
  const calls = names.map((name) => [name, (...given: unknown[]) => call(name, given)]);
  return Object.fromEntries(calls) as WorkerRecommender;
}
