/** Code that a list needs only once it is shown. One late chunk. */
export { prepareAnnouncer } from './announcer';
export { LateParts } from './late-parts';
