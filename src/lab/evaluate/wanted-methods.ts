import { invalidInput } from '../../error';

/** Names of the wanted methods, or `all`; if absent, all. */
interface Wanted {
  methods?: readonly string[];
}

/** Whether a method is wanted: by name, or because none is named. */
export const isWanted = ({ methods }: Wanted, name: string): boolean =>
  !methods || methods.includes('all') || methods.includes(name);

/**
 * The wanted methods, in the order of the names; the reference always is one.
 * @param kind what the methods are called
 * @throws SidestreamError `runtime/invalid-input` if one is unknown
 */
export function wantedMethods<Name extends string>(
  wanted: Wanted,
  names: readonly Name[],
  reference?: Name,
  kind = 'method',
): Name[] {
  const unknown = wanted.methods?.find((name) => name !== 'all' && !names.some((one) => one === name));
  if (unknown === undefined) return names.filter((name) => name === reference || isWanted(wanted, name));
  throw invalidInput(`There is no ${kind} ${unknown} here; choose of all, ${names.join(', ')}.`);
}
