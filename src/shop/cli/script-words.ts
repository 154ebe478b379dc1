import { extname } from 'node:path';
import { SidestreamError } from '../../error';

/** Names that mean the same in every shell, in quotes: letters, digits, `_`, and after the first one also `.`, `-` and spaces. */
const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*( +[\p{L}\p{N}_.-]+)*$/u;

/**
 * The name under which a file is copied into a shop whose npm script names it: its own, or where a shell could read more into that, or
 * where it is taken, the stem with its ending.
 * @param stem such as `feed`
 * @param taken names that the shop has, to which the name is added
 */
export function plainName(name: string, stem: string, taken: Set<string>): string {
  const ending = /^(\.[a-z0-9]{1,8}){1,2}$/i.exec(fullEnding(name))?.[0] ?? '';
  let found = name;
  for (let n = 1; !PLAIN.test(found) || taken.has(found); n++) found = `${stem}${n > 1 ? `-${n}` : ''}${ending}`;
  taken.add(found);
  return found;
}

/** `.csv.gz` of `feed.csv.gz`. */
function fullEnding(name: string): string {
  const last = extname(name);
  return last.toLowerCase() === '.gz' ? `${extname(name.slice(0, -last.length))}${last}` : last;
}

/** An address in which no sign means anything to a shell in double quotes. @param address http or https */
export const plainAddress = (address: string): string =>
  new URL(address).href
    .replace(/[^!#&-~]/g, (sign) => (sign === '%' ? sign : encodeURIComponent(sign)))
    .replace(/[\\`|<>^{}]/g, encodeURIComponent)
    .replace(/%(?![0-9a-f]{2})/gi, '%25');

/** What a shell leaves alone within double quotes; of percent signs those of encoded characters. */
const HARMLESS = /^(?:[\p{L}\p{N} _./:@,;=?&#~+*'()![\]-]|%[0-9a-f]{2})*$/iu;

/**
 * A word of an npm script, which a shell runs: in quotes where it needs them.
 * @throws SidestreamError `runtime/invalid-input` where a shell would read more into it
 */
export function scriptWord(word: string): string {
  if (/^[\w./:-]+$/.test(word)) return word;
  if (HARMLESS.test(word)) return `"${word}"`;
  throw new SidestreamError(
    'runtime/invalid-input',
    `${JSON.stringify(word)} cannot be written into an npm script: a shell would read more into it than a name. Rename it.`,
  );
}
