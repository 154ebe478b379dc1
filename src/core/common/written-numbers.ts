/** A string, a bracket or a number. The characters in between do not matter for numbers. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\]]|-?\d[\d.eE+-]*/g;

/**
 * The numbers of an object as written in its JSON, by key, without the numbers of nested values. `JSON.parse` rounds them:
 * 1.00000000000000001 becomes 1.
 * @param text JSON of one object that `JSON.parse` reads
 */
function writtenNumbers(text: string): Map<string, string> {
  const numbers = new Map<string, string>();
  let depth = 0;
  let key = '""';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth !== 1) continue;
    // The last text before a number is its key.
    else if (token.startsWith('"')) key = token;
    else numbers.set(JSON.parse(key), token);
  }
  return numbers;
}

/** Whether a number may have been rounded when it was read: it is written with a fraction other than zero, or with an exponent. */
const ROUNDABLE = /[eE]|\.0*[1-9]/;

/**
 * The id in a key of a JSON object; a number that is not written as an integer becomes infinite, which no schema of ids
 * accepts.
 */
export function writtenId(text: string, key: string, value: unknown): unknown {
  if (typeof value !== 'number' || !/\d[.eE]/.test(text)) return value;
  return ROUNDABLE.test(writtenNumbers(text).get(key) ?? '') ? Number.POSITIVE_INFINITY : value;
}
