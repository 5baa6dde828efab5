import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { passHeader } from '../../gateway/maintenance.ts';
import type { MaintenanceNotice } from '../../model/maintenance.ts';
import { replaceReserved } from '../../text/reserved-file.ts';
import type { HostClient } from './host/client.ts';
import { jsonIfThere } from './json-if-there.ts';
import type { LocalPaths } from './paths.ts';

const schema = z.object({
  since: z.string(),
  message: z.string().optional(),
  /** Whoever has it is let through: Conductor's own requests. */
  pass: z.string(),
});

/** Whether visitors are kept out, and with which words; undefined: they are let in. */
export type LocalMaintenance = z.infer<typeof schema>;

/** What was written down last: a host reads it when it starts, and when it is told to. */
export const readMaintenance = (file: string): LocalMaintenance | undefined =>
  schema.safeParse(jsonIfThere(file)).data;

/** The maintenance of an environment on this machine. It is a file, so that it outlives the host, and `stop` and `start`. */
export const localMaintenance = (paths: LocalPaths, host: HostClient) => ({
  says: 'message' as const,

  async read(): Promise<MaintenanceNotice | null> {
    const found = readMaintenance(paths.maintenance);
    if (!found) return null;
    const { since, message } = found;
    return { since, ...(message !== undefined && { message }) };
  },

  async set(notice: MaintenanceNotice | null): Promise<void> {
    const before = readMaintenance(paths.maintenance);
    const { message } = notice ?? {};
    const next: LocalMaintenance | null = notice && {
      since: before?.since ?? new Date().toISOString(),
      ...(message !== undefined && { message }),
      pass: before?.pass ?? randomBytes(32).toString('base64url'),
    };
    await host.setMaintenance(() =>
      replaceReserved(paths.maintenance, JSON.stringify(next), { durable: true }),
    );
  },

  async pass(): Promise<Readonly<Record<string, string>>> {
    const found = readMaintenance(paths.maintenance);
    return found ? { [passHeader]: found.pass } : {};
  },
});
