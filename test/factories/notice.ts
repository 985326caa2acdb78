import type { Notice } from '../../core/notice.ts';

/** Notice 42 of the application `shop`: web-17 leaves. `because` may be as long as a test needs. */
export function makeNotice(of: { readonly participant?: string; readonly because?: string } = {}): Notice {
  const { participant = 'lb', because = 'scale in 7 → 6: carry the load' } = of;
  const instance = {
    slot: 'web-17',
    instanceId: 'i-17',
    privateIp: '10.0.1.7',
    zone: 'zone-a',
    type: 'm7g.large',
    capacity: 500,
    imageId: 'ami-0123456789abcdef0',
    state: 'leaving',
  } as const;
  return {
    schema: 'concertina.notice/1',
    id: 'shop-000042',
    application: 'shop',
    event: 'leaving',
    participant,
    sentAt: '2026-11-21T12:00:00Z',
    change: { layer: 'web', instances: [instance], because },
    membership: { version: 42, layers: { web: [instance] } },
  };
}
