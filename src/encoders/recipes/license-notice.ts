import * as v from 'valibot';
import type { ReadSource } from './recipe';

/**
 * What a built file says about its origin: the licence of the package, whole, so that whoever passes the file on passes
 * it on too.
 * @param change what was changed, as the licence asks
 */
export async function licenseNotice(read: ReadSource, change: string): Promise<string> {
  const [about, license] = await Promise.all([read('package.json'), read('LICENSE')]);
  const { name, version } = v.parse(aboutSchema, JSON.parse(decode(about)));
  return `Made by Sidestream from the npm package ${name} ${version}. ${change} The package's licence:\n\n${decode(license)}`;
}

const aboutSchema = v.object({ name: v.string(), version: v.string() });
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
