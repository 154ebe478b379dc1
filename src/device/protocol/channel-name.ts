// Apart from the schemas of the messages: the page sends one without loading them.

/** Name of the BroadcastChannel on which the tabs of a shop exchange the shopper's answers and announce what they stored. */
export const channelName = (namespace: string): string => `sidestream/${namespace}`;
