/** Parts of an item that a side model reads; each has its own experts and, on the device, its own adapter. */
export const SIDE_INPUTS = ['text', 'image', 'attributes'] as const;
export type SideInput = (typeof SIDE_INPUTS)[number];

/** Features that an adapter reads of an item, and values of the context that it combines them with. */
export const ADAPTER_SIZE = 4;
/** Numbers of the weights W of an adapter. */
export const ADAPTER_WEIGHTS = ADAPTER_SIZE ** 2;
