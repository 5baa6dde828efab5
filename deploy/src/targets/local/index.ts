import { defineTarget } from '../kind.ts';
import { localSettings } from './settings.ts';

/** This machine: processes behind a gateway, with the stores they need. Nothing else has to be installed. */
export const localKind = defineTarget({
  kind: 'local',
  personal: true,
  // The gateway, on this machine.
  proxies: ['127.0.0.1', '::1'],
  settings: localSettings,
  // Whoever deploys here is looking at it, and the checklist of production would only slow down who tries something out.
  usual: { bake: 0, only: ['settings', 'stores-able', 'target'] },
  create: async (context) => {
    const { LocalTarget } = await import('./local-target.ts');
    return new LocalTarget(context);
  },
});
