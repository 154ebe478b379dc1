/** Path under which the shop lives, without a slash at its end: `/shop`. Empty if it is at the root of its host. */
export const BASE = '';
