/**
 * Replaces the placeholders of a text. Inserted values are not scanned again, so a title may contain `{price}` or `$&`.
 * @param values by placeholder; a placeholder without a value stays as it is
 */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
