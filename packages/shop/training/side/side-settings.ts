/** How a side model is trained. The values were chosen on the past of one log and hold on six. */
export const SIDE_SETTINGS = {
  /** Dimensions of an item vector. */
  width: 64,
  /** Hidden units of an expert. */
  hidden: 128,
  /**
   * Initial decays of the states: half-lives of .4, 1.4, 5 and 23 choices. The fast states follow the basket, the slow ones the shopper;
   * with two states instead of four, the gift shop and the supermarket lose a tenth of their hits in the first ten.
   */
  decays: [0.2, 0.6, 0.88, 0.97],
  /** Maximum number of epochs; held-out shoppers determine how many there are, and which one is kept. */
  epochs: 16,
  /** Learning rate after the warm-up. */
  learningRate: 3e-3,
  /** Weight decay of AdamW for the items' embeddings and the states. */
  weightDecay: 0.01,
  /** Weight decay for the experts and their residual paths, which would otherwise memorise each item by its words. */
  contentDecay: 1,
  /** Number of items sampled per batch as candidates of its choices. */
  negatives: 768,
  /** Probability that a hidden unit is dropped. */
  dropout: 0.2,
  /** Probability that an item's embedding is dropped for a batch, which makes the content place new items. */
  embeddingDropout: 0.3,
  /** Probability that a choice does not enter the states. */
  historyDropout: 0.2,
  /**
   * Share of the log in which the weight of a choice in the loss halves: in most shops the shoppers to come resemble the latest ones
   * most. Infinite: all weigh the same. `train` chooses it, see `chosenHalfLife`.
   */
  halfLife: 0.5,
};
export type SideSettings = typeof SIDE_SETTINGS;
