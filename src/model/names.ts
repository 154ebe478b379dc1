/** The two ladders of the model. Stored names call them `text_encoder` and `cv_encoder`. */
export type Ladder = 'text' | 'image';

export const LADDERS = ['text', 'image'] as const satisfies Ladder[];

const ladderPrefix = (ladder: Ladder): string =>
  `multimodal_encoder.${ladder === 'image' ? 'cv_encoder' : 'text_encoder'}`;

/** Names of one expert's weights: down [H, D], up [D, H]. */
export const expertNames = (ladder: Ladder, layer: number, expert: number): { down: string; up: string } => {
  const prefix = `${ladderPrefix(ladder)}.moes.${layer}.experts.${expert}`;
  return { down: `${prefix}.fc_down.weight`, up: `${prefix}.fc_up.weight` };
};

/** Names of one layer's router: weight [experts + 1, D], and the optional bias [experts + 1]. */
export const routerNames = (ladder: Ladder, layer: number): { weight: string; bias: string } => {
  const prefix = `${ladderPrefix(ladder)}.routers.${layer}.linear`;
  return { weight: `${prefix}.weight`, bias: `${prefix}.bias` };
};

/** Fusion of image ++ text: weight [E, 2D], bias [E]. */
export const FUSION_NAMES = {
  weight: 'multimodal_encoder.com_dense.weight',
  bias: 'multimodal_encoder.com_dense.bias',
};

const USER = 'user_encoder.encoder';

/** Names of the user encoder outside its blocks: position [L, E], norm [E]. */
export const USER_NAMES = {
  position: `${USER}.position_embedding.weight`,
  norm: { weight: `${USER}.layer_norm.weight`, bias: `${USER}.layer_norm.bias` },
};

/** Names of one transformer block: query, key, value, output [E, E]; inner [4E, E], outer [E, 4E]; norms [E]. */
export const blockNames = (block: number) => {
  const attention = `${USER}.transformer_blocks.${block}.multi_head_attention`;
  const feed = `${USER}.transformer_blocks.${block}.feed_forward`;
  return {
    query: `${attention}.w_Q.weight`,
    key: `${attention}.w_K.weight`,
    value: `${attention}.w_V.weight`,
    output: `${attention}.fc.weight`,
    attentionNorm: { weight: `${attention}.layer_norm.weight`, bias: `${attention}.layer_norm.bias` },
    inner: { weight: `${feed}.w_1.weight`, bias: `${feed}.w_1.bias` },
    outer: { weight: `${feed}.w_2.weight`, bias: `${feed}.w_2.bias` },
    feedNorm: { weight: `${feed}.layer_norm.weight`, bias: `${feed}.layer_norm.bias` },
  };
};
