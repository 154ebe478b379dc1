/** Currency of the prices, as a code: of the lists and of the pages. */
export const currency = 'EUR';
