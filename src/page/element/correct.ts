import { warnOnce } from './dom';

/** The attribute of a property: `heading-level` for `headingLevel`. */
export const attributeOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Gives a property its default instead of a wrong value, with a warning.
 * @param advice what is right, and what the element does
 */
export function correct<Host extends Element, Name extends keyof Host & string>(
  host: Host,
  name: Name,
  right: RegExp,
  otherwise: Host[Name],
  advice: string,
): void {
  // A framework may have unset it.
  host[name] ??= otherwise;
  if (right.test(`${host[name]}`)) return;
  const attribute = attributeOf(name);
  warnOnce(host, name, `${attribute}="${host.getAttribute(attribute) ?? host[name]}": ${advice}`);
  host[name] = otherwise;
}
