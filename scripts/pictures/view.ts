import { readdirSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';

/** A page of the project in a state worth a picture. */
export interface View {
  name: string;
  /** Files and folders that make it: if their digest stays the same, so does the picture. */
  sources: readonly string[];
  /**
   * Brings a page of the running demo into the state.
   * @returns what the picture shows; nothing for the visible part of the page
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most views show the whole window and return nothing.
  open(page: Page): Promise<Locator | void>;
  /** Whether it is a page of an example, with the scripts of the package, instead of one of the demo. */
  needsScripts?: boolean;
  /** The picture of it in the manual: a file below `docs/`, and the size of the window. Without it the view is only for looking at. */
  picture?: { file: string; width: number; height: number; scale?: number };
}

/** The files of a folder, without its subfolders. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${folder}/${name}`);

/** Sources of the element with its lists. */
export const ELEMENT = [...filesIn('src/page/element'), 'src/page/element/recs'];
