import { registerGradient } from '@tensorflow/tfjs-core';
import { addGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Add_grad';
import { concatGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Concat_grad';
import { identityGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Identity_grad';
import { multiplyGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Multiply_grad';
import { reluGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Relu_grad';
import { reshapeGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Reshape_grad';
import { sliceGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Slice_grad';
import { softmaxGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Softmax_grad';
import { splitVGradConfig } from '@tensorflow/tfjs-core/dist/gradients/SplitV_grad';
import { subGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Sub_grad';
import { sumGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Sum_grad';

// tfjs-core registers no gradients by itself. The model uses these, each with kernels on cpu, wasm and webgpu; all other
// differentiated operations are in differentiable.ts. Registering all gradients would add 60 kB.
const CONFIGS = [
  addGradConfig,
  concatGradConfig,
  identityGradConfig,
  multiplyGradConfig,
  reluGradConfig,
  reshapeGradConfig,
  sliceGradConfig,
  softmaxGradConfig,
  splitVGradConfig,
  subGradConfig,
  sumGradConfig,
];

for (const config of CONFIGS) registerGradient(config);
