import { Dice } from '../../adapters/memory/dice.ts';
import { calmFleet } from '../../adapters/memory/fleet-behaviour.ts';
import { MemoryClock } from '../../adapters/memory/memory-clock.ts';
import { MemoryFleet } from '../../adapters/memory/memory-fleet.ts';
import { noon } from '../factories/stored.ts';
import { type FleetUnderTest, fleetBatchContract, fleetContract } from './fleet-contract.ts';

async function makeFleet(): Promise<FleetUnderTest> {
  const zones = new Map([['subnet-a', 'zone-a']]);
  const options = { clock: new MemoryClock(noon), dice: new Dice('fleet'), zones, behaviour: calmFleet };
  return { fleet: new MemoryFleet(options), subnetId: 'subnet-a', zone: 'zone-a' };
}

fleetContract('MemoryFleet', makeFleet);
fleetBatchContract('MemoryFleet', makeFleet);
