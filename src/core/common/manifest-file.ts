/** Name of the manifest, which names all other files of a bundle. */
export const MANIFEST_FILE = 'manifest.json';
