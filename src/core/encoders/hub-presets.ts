import * as v from 'valibot';
import allMiniLm from '../../../models/all-minilm-l6-v2.json' with { type: 'json' };
import bertBase from '../../../models/bert-base-uncased.json' with { type: 'json' };
import clip from '../../../models/clip-vit-base-patch32.json' with { type: 'json' };
import dinov2 from '../../../models/dinov2-small.json' with { type: 'json' };
import e5 from '../../../models/multilingual-e5-small.json' with { type: 'json' };
import vit from '../../../models/vit-base-patch16-224.json' with { type: 'json' };
import { hubSource, languagesSchema, POOLINGS, presetName } from './preset';

const hubPresetSchema = v.object({
  name: presetName,
  modality: v.picklist(['text', 'image']),
  /** Branch, tag or commit; the preset made from it records the commit. */
  source: v.omit(hubSource, ['sha256']),
  /** SPDX identifier of the weights' licence. */
  license: v.string(),
  pooling: v.picklist(POOLINGS),
  languages: languagesSchema,
  /** Text only: tokens kept, and the prefix that the model was trained with. */
  maxTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  prefix: v.optional(v.string()),
});

/** A model of the hub with a short name. Adapting it gives a `Preset`. */
export type HubPreset = v.InferOutput<typeof hubPresetSchema>;

/** The hub's models with a short name; see `models/`. */
export const HUB_PRESETS: readonly HubPreset[] = [bertBase, allMiniLm, e5, vit, dinov2, clip].map((json) =>
  v.parse(hubPresetSchema, json),
);
