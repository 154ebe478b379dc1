/** Version of the stored profile that this code reads and writes. */
export const PROFILE_SCHEMA = 7;
