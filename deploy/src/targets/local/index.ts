import { defineTarget } from '../kind.ts';
import { localSettings } from './settings.ts';

/** This machine: processes behind a gateway, with the stores they need. Nothing else has to be installed. */
export const localKind = defineTarget({
  kind: 'local',
  personal: true,
  // The gateway, on this machine.
  proxies: ['127.0.0.1', '::1'],
  settings: localSettings,
  create: async (context) => {
    const { LocalTarget } = await import('./local-target.ts');
    return new LocalTarget(context);
  },
});
