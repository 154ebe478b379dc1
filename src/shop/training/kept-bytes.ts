/** A file that a training keeps between runs, wherever that is: on a disk, or in a browser's private file system. */
export interface KeptBytes {
  /** How messages call it, such as its path. */
  name: string;
  /** The bytes of the file; null if it does not exist. */
  read(): Promise<Uint8Array | null>;
  /** Replaces it, completely or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}
