import type { Session } from './session';
import { SessionElement } from './session-element';

/** A part of the shop's page. */
export class ShopElement extends SessionElement<Session> {}
