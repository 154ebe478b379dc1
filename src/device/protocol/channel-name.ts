// Apart from the schemas of the messages: the page sends one without loading them.

/** Name of the BroadcastChannel on which the tabs of a shop tell each other the shopper's answers, and what they stored. */
export const channelName = (namespace: string): string => `sidestream/${namespace}`;
