import * as Comlink from 'comlink';
import { carryErrors } from '../protocol';
import { recommenderHost } from './recommender-host';

carryErrors();

Comlink.expose(recommenderHost());
