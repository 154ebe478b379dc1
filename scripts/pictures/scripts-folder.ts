/** Folder of the scripts of the package, for pages without a bundler. */
export const SCRIPTS = '.cache/pictures/scripts';
