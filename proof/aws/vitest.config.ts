import { defineConfig } from 'vitest/config';

/** What `npm run proof:aws` runs beside the path: needs the environment that run.ts makes, so `npm test` leaves it alone. */
export default defineConfig({
  test: { include: ['proof/aws/**/*.proof.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 },
});
