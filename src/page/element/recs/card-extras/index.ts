/** The parts of cards beyond picture, title, price and reason. One late chunk, for lists whose items or settings need it. */
export { CardExtras, type ExtrasContext, type ExtrasHost, type ExtrasServices } from './card-extras';
