/** Name of the file of a bundle that names all others. */
export const MANIFEST_FILE = 'manifest.json';
