import type { Autoscaler } from '../simulate.ts';

/** A fleet that never changes, in percent of what the peak needs; 100 is the fixed fleet of the peak, the others make its curve. */
export const fixedFleet: Autoscaler = {
  name: 'fixed',
  settings: [100, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5, 2.5],
  start: (world, setting) => {
    const count = Math.max(1, Math.ceil((world.peakInstances * setting) / 100));
    return () => count;
  },
};
