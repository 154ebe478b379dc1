import * as Comlink from 'comlink';
import { type SerializedError, SidestreamError } from '../../error';

let carried = false;

/**
 * Makes Comlink transfer thrown errors as SidestreamErrors with their code; by default it keeps only message and stack. Both
 * sides of a worker call this; repeated calls do nothing.
 */
export function carryErrors(): void {
  const standard = Comlink.transferHandlers.get('throw');
  if (carried || !standard) return;
  carried = true;
  const handler: Comlink.TransferHandler<{ value: unknown }, SerializedError> = {
    canHandle: (value): value is { value: unknown } => standard.canHandle(value),
    serialize: ({ value }) => [SidestreamError.from(value).serialize(), []],
    deserialize: (data) => {
      throw SidestreamError.deserialize(data);
    },
  };
  Comlink.transferHandlers.set('throw', handler);
}
