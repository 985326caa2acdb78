import { readFileSync } from 'node:fs';
import { images } from '../emulators/start-emulators.ts';

/** What there is in EC2 to launch into. */
export interface Ground {
  /** One a zone. */
  readonly subnetIds: readonly [string, string, string];
  readonly securityGroupId: string;
}

/** The SSM parameters that name images, as a bake leaves them. */
export const imageParameters: Readonly<Record<string, string>> = {
  '/kiosk/front/ami': images.web,
  '/shop/web/ami': images.web,
  '/shop/worker/ami': images.worker,
};

/** The instance profiles that the applications name. */
export const instanceProfiles = ['kiosk-front', 'shop-web', 'shop-worker', 'shop-db'];

/** The alarm that a rule of `kiosk` names. */
export const kioskAlarm = 'kiosk-queue-age';

/** Value of the KPI `load` that each machine of `front` shall carry. */
export const loadTarget = 50;

/**
 * An application that lives its whole life in a minute: no waiting but for its participants. `lb` and `cluster` must acknowledge, `silent` must
 * too and never does, `audit` only listens. `frontMax` is what a second version of the file changes.
 */
export function kioskFile({ subnetIds, securityGroupId }: Ground, { frontMax }: { readonly frontMax: number }): string {
  const launch = { subnetIds, securityGroupIds: [securityGroupId] };
  const quick = { readySeconds: 300, drainSeconds: 1, scaleIn: { stabilizationSeconds: 0 } };
  return JSON.stringify({
    application: 'kiosk',
    parameters: { motto: { type: 'string', default: 'open' } },
    kpis: { load: { pushed: true, periodSeconds: 10 } },
    layers: {
      front: {
        ...quick,
        image: { ssmParameter: '/kiosk/front/ami' },
        sizes: [{ type: 'm7g.large', hourlyUsd: 0.0816 }],
        count: { min: 1, max: frontMax },
        launch: { ...launch, instanceProfile: 'kiosk-front', userData: 'echo ${motto}', tags: { motto: '${motto}' } },
        rules: [
          { name: 'carry the load', kpi: 'load', targetValue: loadTarget },
          { name: 'queue too old', alarm: kioskAlarm, add: 1 },
        ],
      },
      back: {
        ...quick,
        image: { id: images.db },
        sizes: [{ type: 'r7g.large', hourlyUsd: 0.1071 }],
        count: { min: 1, max: 3 },
        launch,
        rules: [{ name: 'one per two front', followLayer: 'front', ratio: 0.5 }],
      },
    },
    participants: {
      lb: { hears: ['front'], acknowledge: { withinSeconds: 300 } },
      cluster: { hears: ['front', 'back'], acknowledge: { withinSeconds: 300 } },
      silent: { hears: ['back'], acknowledge: { withinSeconds: 4 } },
      audit: { hears: ['*'] },
    },
  });
}

/** `examples/shop.json` with the networks of this account: all else is as it stands there. */
export function shopFile({ subnetIds, securityGroupId }: Ground): string {
  const named = ['subnet-0a11111111111111a', 'subnet-0b22222222222222b', 'subnet-0c33333333333333c'];
  const text = named.reduce(
    (json, name, index) => json.replaceAll(name, subnetIds[index] ?? ''),
    readFileSync('examples/shop.json', 'utf8'),
  );
  return text.replace(/sg-0[0-9a-z]+/g, securityGroupId);
}

/** The end of an application: one layer that nobody needs, in the place of all others. */
export function farewellFile(application: string, { subnetIds }: Ground): string {
  const rest = {
    image: { id: images.db },
    sizes: [{ type: 'r7g.large', hourlyUsd: 0.1071 }],
    count: { min: 0, max: 1 },
    launch: { subnetIds },
  };
  return JSON.stringify({ application, layers: { rest } });
}
