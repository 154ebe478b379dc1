import '../../apps/studio/take-away';
import '../../apps/studio/try';
import { type FolderName, studioFolder } from '../../apps/studio/files/opfs';
import { studioState } from '../../testing/studio-state';

/** Functions that the specs of Studio's last two steps call. */
const studio = {
  /** Puts files into a folder of Studio, as its first steps do. @param from address of the folder that has them */
  async fill(folder: FolderName, from: string, names: string[]): Promise<void> {
    const { write } = await studioFolder(folder);
    for (const name of names) {
      const response = await fetch(`${from}${name}`);
      if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
      await write(name, new Uint8Array(await response.arrayBuffer()));
    }
  },
  remove: async (folder: FolderName, name: string): Promise<void> => (await studioFolder(folder)).remove(name),
  show(step: 'studio-try' | 'studio-take-away', learned = true): void {
    const state = studioState();
    const view = Object.assign(document.createElement(step), {
      state: learned ? state : { ...state, learned: null, log: null },
    });
    document.querySelector('.step')?.replaceChildren(view);
  },
};
declare global {
  interface Window {
    studio: typeof studio;
  }
}
window.studio = studio;
