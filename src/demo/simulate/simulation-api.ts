import type { ProxyMarked } from 'comlink';
import type { ShopBlock, Simulated, Simulation, SimulationPlan, SimulationTask } from '../../lab/simulate';

/** What a worker is asked to simulate. All workers of a simulation are asked the same. */
export interface SimulationRequest {
  /** Absolute address of the bundle's folder. */
  bundle: string;
  shoppers: number;
  seed: number;
  configurations: readonly string[];
  closedLoop: boolean;
}

/** What was found, and the line that `sidestream evaluate --protocol simulate --json` prints of it. */
export interface Found {
  simulation: Simulation;
  line: string;
}

/** What the page asks of a worker, over Comlink. Errors arrive as SidestreamErrors. */
export interface SimulationWorker {
  /**
   * Opens the bundle and makes shoppers and shop.
   * @param onSteps called with the number of choices made since it was called last
   */
  open(request: SimulationRequest, onSteps: ((steps: number) => void) & ProxyMarked): Promise<SimulationPlan>;
  work(task: SimulationTask): Promise<ShopBlock[]>;
  /** Computes what all blocks say together. */
  find(simulated: Simulated): Promise<Found>;
}
