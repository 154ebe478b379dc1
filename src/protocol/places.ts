/** Where files of the package lie. */
export interface Places {
  /** Address of a script; beside it lie the files that have no address of their own. */
  script: string;
  /** Addresses by name. */
  files?: Record<string, string>;
}

/** The first message to a worker of the package. */
export interface PlacesMessage {
  type: 'sidestream-places';
  places: Places;
}
