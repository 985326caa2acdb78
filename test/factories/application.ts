import { type Application, applicationSchema } from '../../core/application/application-schema.ts';

/** A layer as a file would state it. */
export function makeLayer(overrides: object = {}): object {
  return {
    image: { id: 'ami-0123456789abcdef0' },
    sizes: [{ type: 'm7g.large', hourlyUsd: 0.1 }],
    count: { min: 1, max: 20 },
    launch: { subnetIds: ['subnet-a', 'subnet-b'] },
    scaleIn: { stabilizationSeconds: 0 },
    ...overrides,
  };
}

/** The application `shop`, defaults filled in; its layers are `web` unless told. */
export function makeApplication(overrides: object = {}): Application {
  return applicationSchema.parse({ application: 'shop', layers: { web: makeLayer() }, ...overrides });
}
