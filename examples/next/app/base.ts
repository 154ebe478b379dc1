/** Path under which the shop lives, without a slash at its end: `/shop`. Empty where it has the host for itself. */
export const BASE = '';
