/**
 * Replaces the placeholders of a text. What is put in is not read again, so a title may hold `{price}` or `$&`.
 * @param values by placeholder; one without a value stays as it is
 */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
