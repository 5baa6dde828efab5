import { randomBytes } from 'node:crypto';
import { passHeader } from '../../gateway/maintenance.ts';
import type { MaintenanceNotice } from '../../model/maintenance.ts';
import { closedSchema, parsed, type SwitchClosed } from '../../switch/protocol.ts';
import type { Maintenance } from '../target.ts';
import { switchName } from './names.ts';
import { serviceNamed } from './services.ts';
import type { Site } from './site.ts';
import { maintenanceOf } from './switch.ts';

/** Visitors are kept out by the switch of the environment, which writes it down and lets in who has the pass. */
export const swarmMaintenance = (open: () => Promise<Site>): Maintenance => {
  const read = async (): Promise<SwitchClosed | null> => {
    const site = await open();
    // Where nothing was deployed yet there is nobody to keep out.
    if (!(await serviceNamed(site, switchName(site.context)))) return null;
    const answer = await maintenanceOf(site);
    return answer === null ? null : parsed(closedSchema, 'The answer of the switch', answer);
  };
  return {
    says: 'message',
    async read(): Promise<MaintenanceNotice | null> {
      const found = await read();
      if (!found) return null;
      const { since, message } = found;
      return { since, ...(message !== undefined && { message }) };
    },
    async set(notice) {
      const site = await open();
      const before = await read();
      if (notice === null && before === null) return;
      const { message } = notice ?? {};
      const next: SwitchClosed | null = notice && {
        since: before?.since ?? new Date(site.clock.now()).toISOString(),
        ...(message !== undefined && { message }),
        pass: before?.pass ?? randomBytes(32).toString('base64url'),
      };
      await maintenanceOf(site, next);
    },
    async pass(): Promise<Readonly<Record<string, string>>> {
      const found = await read();
      return found ? { [passHeader]: found.pass } : {};
    },
  };
};
