import type * as v from 'valibot';
import { parsed } from '../protocol';

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
