import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { must, until } from '../check.ts';
import { loadTarget } from './applications.ts';
import { machinesOf, tick } from './kiosk.ts';
import type { LoadPusher } from './push-load.ts';
import type { World } from './world.ts';

/** Throws the switch, or lets everything go on. Every function sees it within 15 seconds. */
export async function turnSwitch({ clients, stack }: World, Value: 'run' | 'stop'): Promise<void> {
  const Name = stack.output('KillSwitchName');
  await clients.ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }));
}

/** With the switch thrown since before the deploys: evaluations go on and say so, and nothing leaves. */
export async function stoppedStep(world: World, load: LoadPusher): Promise<void> {
  const { checks, by, clients, stack } = world;
  await checks.check(
    'a thrown kill switch outlives a deploy, and no machine is sent away while it is thrown',
    by.both,
    async () => {
      const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name: stack.output('KillSwitchName') }));
      must(Parameter?.Value === 'stop', `after the deploys it says ${Parameter?.Value}`);
      load.say(loadTarget / 10);
      const decision = await until('the decision', 40, async () => {
        await tick(world);
        const [newest] = await world.table.decisions('kiosk', { limit: 1, layer: 'front' });
        return newest?.decision.to.count === 1 && newest.decision;
      });
      must(/kill switch/.test(decision.because), decision.because);
      await tick(world);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      must((await machinesOf(world, 'kiosk', 'front')).length === 5, 'machines were terminated');
      must(
        (await world.slots('front')).every(({ state }) => state === 'in-service'),
        'machines leave',
      );
      return decision.because;
    },
  );
}
