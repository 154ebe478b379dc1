import * as Comlink from 'comlink';
import { carryErrors } from '../protocol';
import { recommenderHost } from './engine';

carryErrors();

Comlink.expose(recommenderHost());
