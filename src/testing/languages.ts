import { readdirSync } from 'node:fs';

const LOCALES = new URL('../core/labels/locales/', import.meta.url);

/** All languages with texts, each in its own file. */
export const LABEL_LANGUAGES: readonly string[] = readdirSync(LOCALES).map((file) => file.replace(/\.ts$/, ''));
