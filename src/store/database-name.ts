/** Name of the database of a shop on this device. */
export const databaseName = (namespace: string): string => `sidestream/${namespace}`;
