import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetServerPlugin } from '@vendure/asset-server-plugin';
import { DefaultLogger, dummyPaymentHandler, LogLevel } from '@vendure/core';
import express from 'express';

// Vendure reports its use to its makers unless this is switched off.
process.env.VENDURE_DISABLE_TELEMETRY ??= 'true';

const example = fileURLToPath(new URL('..', import.meta.url));

/** Port of shop, APIs and pictures. */
export const port = Number(process.env.PORT || 3000);
/** Folder for all files that the shop writes: database, pictures, bundle. Remove it to start over. */
export const store = process.env.STORE || join(example, 'store');
/** Pictures that the first start imports into the shop, named as in `products.csv`. */
export const pictures = process.env.PICTURES || join(example, 'pictures');
export const database = join(store, 'shop.sqlite');

/** Address of a picture of the shop, as the APIs give it. */
const origin = process.env.SHOP_URL || `http://localhost:${port}`;

/** @type {import('@vendure/core').VendureConfig} */
export const config = {
  apiOptions: {
    // Only this machine reaches it, unless HOST says otherwise.
    hostname: process.env.HOST || '127.0.0.1',
    port,
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
    // The storefront is at the same address as the APIs. A storefront at another address must be named in `cors`.
    cors: false,
    csrfPrevention: true,
    middleware: [
      // The storefront could be on any other host. Here one address serves everything, so that cookies need no settings.
      { route: '/bundle', handler: express.static(join(store, 'bundle')), beforeListen: true },
      {
        route: '/sidestream',
        handler: express.static(join(example, 'node_modules/sidestream/lib/cdn')),
        beforeListen: true,
      },
      { route: '/', handler: express.static(join(example, 'storefront')), beforeListen: true },
    ],
  },
  authOptions: {
    tokenMethod: ['cookie', 'bearer'],
    superadminCredentials: { identifier: 'superadmin', password: process.env.ADMIN_PASSWORD || 'superadmin' },
    cookieOptions: { secret: process.env.COOKIE_SECRET || 'for this machine only' },
  },
  // SQLite in WebAssembly: nothing to compile or to install. A shop in production uses PostgreSQL or MySQL here, with
  // migrations.
  dbConnectionOptions: {
    type: 'sqljs',
    location: database,
    // A shop that is only partly filled is not saved: see seed.mjs.
    autoSave: existsSync(database),
    synchronize: true,
    logging: false,
  },
  // Accepts every payment. A shop in production uses the handler of its payment provider here.
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  importExportOptions: { importAssetsDir: pictures },
  plugins: [
    AssetServerPlugin.init({
      route: 'assets',
      assetUploadDir: join(store, 'assets'),
      assetUrlPrefix: `${origin}/assets/`,
    }),
  ],
  logger: new DefaultLogger({ level: LogLevel.Warn }),
};
