import { besideBareRuntime } from '../encoding/bare';
import { besideBuild } from '../encoding/inspect';
import { besideTransformers } from '../encoding/transformers';
import { type Area, inParts } from '../kept';
import { peers } from '../peers';

export const area: Area = {
  title: 'Encoding texts and pictures',
  async measure(say) {
    peers.install(say);
    return inParts(say, besideTransformers, besideBareRuntime, besideBuild);
  },
};
