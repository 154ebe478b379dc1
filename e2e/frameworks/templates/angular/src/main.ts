import { bootstrapApplication } from '@angular/platform-browser';
import * as sidestream from 'sidestream';
import { Shop } from './shop';

// Angular's bundler leaves out the worker and its files; angular.json copies them.
sidestream.setWorkerUrl('/sidestream/worker.js');
Object.assign(globalThis, { sidestream });

bootstrapApplication(Shop).catch(console.error);
