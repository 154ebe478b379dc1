/** Code that a list needs only once it is shown. One late chunk. */
export { LateParts } from './late-parts';
