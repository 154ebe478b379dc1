import type * as v from 'valibot';
import { type EngineOptions, type Progress, parsed } from '../protocol';
import type { Catalog } from './catalog/catalog';
import type { Device } from './device/device';
import type { Lists } from './lists/lists';
import type { RestLoader } from './loading/rest-loader';
import type { ShardLoader } from './loading/shard-loader';
import type { Operation } from './operation';
import type { Shopper } from './shopper/shopper';
import type { ListChanges, TaskQueue } from './tasks';

/** The objects of a recommender. */
export interface Objects {
  options: EngineOptions;
  reports: {
    progress(progress: Progress): void;
    /** Reports a failure that no call rejects with. */
    error(thrown: unknown): undefined;
  };
  device: Device;
  catalog: Catalog;
  shopper: Shopper;
  rest: RestLoader;
  /** Null if a page loads the whole bundle. */
  shards: ShardLoader | null;
  lists: Lists;
  tasks: TaskQueue;
  changes: ListChanges;
  operation: Operation;
}

/**
 * The objects, of which the code of each call names those that it needs, and the era in which the page made the call: data of a later era is
 * not the call's to change.
 */
export interface Call extends Objects {
  era: number;
}

/** The schema of an argument; with its name if messages must tell it from others. */
type Argument = v.GenericSchema | readonly [name: string, v.GenericSchema];

type Parsed<Given extends Argument> = Given extends readonly [string, infer Named extends v.GenericSchema]
  ? v.InferOutput<Named>
  : Given extends v.GenericSchema
    ? v.InferOutput<Given>
    : never;

/**
 * A call of the page, whose arguments are parsed at once.
 * @param what name of the call, for messages
 * @param schemas of its arguments, in their order
 * @param run gets what the call needs of the recommender, then the arguments
 */
export const takes =
  <const Schemas extends readonly Argument[], Needs, Answer>(
    what: string,
    schemas: Schemas,
    run: (needs: Needs, ...given: { -readonly [At in keyof Schemas]: Parsed<Schemas[At]> }) => Answer | Promise<Answer>,
  ) =>
  async (needs: Needs, ...given: unknown[]): Promise<Answer> => {
    const values = schemas.map((schema, at) =>
      'length' in schema ? parsed(schema[1], given[at], what, schema[0]) : parsed(schema, given[at], what),
    );
    return run(needs, ...(values as { -readonly [At in keyof Schemas]: Parsed<Schemas[At]> }));
  };
