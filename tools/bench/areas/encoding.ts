import type { Area, AreaResult } from '../bars';
import { besideBareRuntime } from '../encoding/bare';
import { besideBuild } from '../encoding/inspect';
import { besideTransformers } from '../encoding/transformers';
import { installPeers } from '../peers';

export const area: Area = {
  title: 'Encoding texts and pictures',
  async measure(say) {
    installPeers(say);
    const parts: AreaResult[] = [await besideTransformers(say), await besideBareRuntime(say), await besideBuild(say)];
    return {
      bars: parts.flatMap(({ bars }) => bars),
      figures: parts.flatMap(({ figures = [] }) => figures),
      series: Object.assign({}, ...parts.map(({ series }) => series)),
    };
  },
};
