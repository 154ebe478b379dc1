import * as Comlink from 'comlink';
import { openBundle } from '../../core/catalog';
import { productsOf } from '../../core/catalog/variants';
import { loadKernel } from '../../core/kernel';
import { carryErrors } from '../../device/protocol';
import { SidestreamError } from '../../error';
import {
  doTask,
  type Ground,
  parseTask,
  planOf,
  simulatedGround,
  simulationLine,
  simulationOf,
} from '../../lab/simulate';
import type { SimulationWorker } from './simulation-api';

carryErrors();

let opened: { ground: Ground; onSteps: (steps: number) => void } | null = null;

const worker: SimulationWorker = {
  async open({ bundle, shoppers, seed, configurations, closedLoop }, onSteps) {
    const [folder] = await Promise.all([openBundle(bundle), loadKernel()]);
    const { manifest, items, features } = folder;
    const products = productsOf(items);
    const shop = { manifest, items: products.items, features: products.pick(features) };
    const ground = simulatedGround({ bundle: shop, shoppers, seed, methods: configurations, closedLoop });
    // Learning from the shop's past takes most of the time before the first choice.
    await ground.stock();
    opened = { ground, onSteps };
    return planOf(ground);
  },
  async work(task) {
    if (!opened) throw new SidestreamError('runtime/closed', 'The simulation is not open yet. Start it again.');
    const { ground, onSteps } = opened;
    return doTask(ground, parseTask(task), onSteps);
  },
  async find(simulated) {
    const simulation = simulationOf(simulated);
    return { simulation, line: simulationLine(simulation) };
  },
};

Comlink.expose(worker);
