import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { bootstrap, JobQueueService } from '@vendure/core';
import { config, database, port, store } from './config.mjs';
import { seed } from './seed.mjs';

// Starts the shop, and fills it if it is empty.
const empty = !existsSync(database);
await mkdir(store, { recursive: true });
const app = await bootstrap(config);
if (empty) {
  const { products, orders } = await seed(app);
  console.log(`Filled the shop with ${products} products and ${orders} orders.`);
} else await app.get(JobQueueService).start();
console.log(`Shop: http://localhost:${port}/`);
