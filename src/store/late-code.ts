/** The store on the device. Before consent there is none, so its code comes with it. */
export const deviceStores = (): Promise<typeof import('./device-store')> => import('./device-store');

/** Files under a passphrase. Few shoppers move a profile, so their code comes when it is asked for. */
export const sealedFiles = (): Promise<typeof import('./encrypted-file')> => import('./encrypted-file');
