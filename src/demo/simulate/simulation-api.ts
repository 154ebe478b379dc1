import type { ProxyMarked } from 'comlink';
import type { ShopBlock, Simulated, Simulation, SimulationPlan, SimulationTask } from '../../lab/simulate';
import type { SimulationSettings } from './simulation-settings';

/** The simulation that a worker is asked to run; the same for all workers of a simulation. */
export interface SimulationRequest extends SimulationSettings {
  /** Absolute address of the bundle's folder. */
  bundle: string;
}

/** The findings, and the line that `sidestream evaluate --protocol simulate --json` prints for them. */
export interface Found {
  simulation: Simulation;
  line: string;
}

/** The page's calls to a worker, over Comlink. Errors arrive as SidestreamErrors. */
export interface SimulationWorker {
  /**
   * Opens the bundle and creates shoppers and shop.
   * @param onSteps called with the number of choices since the last call
   */
  open(request: SimulationRequest, onSteps: ((steps: number) => void) & ProxyMarked): Promise<SimulationPlan>;
  work(task: SimulationTask): Promise<ShopBlock[]>;
  /** Computes the combined result of all blocks. */
  find(simulated: Simulated): Promise<Found>;
}
