import { extname } from 'node:path';
import { invalidInput } from '../../error';

/**
 * Names that, in quotes, mean the same in every shell: letters, digits, `_`, and after the first character also `.`, `-` and
 * spaces.
 */
const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*( +[\p{L}\p{N}_.-]+)*$/u;

/**
 * The name under which a file is copied into a shop whose npm script names it: its own name, or the stem with the file's
 * extension if the name is unsafe in a shell or already taken.
 * @param stem such as `feed`
 * @param taken existing names in the shop, to which the name is added
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

/** An address without characters that are special to a shell in double quotes. @param address http or https */
export const plainAddress = (address: string): string =>
  new URL(address).href
    .replace(/[^!#&-~]/g, (sign) => (sign === '%' ? sign : encodeURIComponent(sign)))
    .replace(/[\\`|<>^{}]/g, encodeURIComponent)
    .replace(/%(?![0-9a-f]{2})/gi, '%25');

/** Text that a shell leaves unchanged in double quotes; percent signs only in encoded characters. */
const HARMLESS = /^(?:[\p{L}\p{N} _./:@,;=?&#~+*'()![\]-]|%[0-9a-f]{2})*$/iu;

/**
 * A word of an npm script, which a shell runs: in quotes if it needs them.
 * @throws SidestreamError `runtime/invalid-input` if a shell would interpret it
 */
export function scriptWord(word: string): string {
  if (/^[\w./:-]+$/.test(word)) return word;
  if (HARMLESS.test(word)) return `"${word}"`;
  throw invalidInput(
    `${JSON.stringify(word)} cannot be written into an npm script: a shell would not read it as a plain name. Rename it.`,
  );
}
