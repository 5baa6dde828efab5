import type { MaintenanceNotice } from '../../model/maintenance.ts';
import type { Maintenance } from '../target.ts';
import { operations, type RenderService } from './operations.ts';
import { isOurs, noService, type Site } from './site.ts';

const isPublic = ({ type }: Pick<RenderService, 'type'>) => type === 'web_service';

/** Kept out of one service is kept out: visitors do not know of several. */
export function noticeIn(services: readonly RenderService[]): MaintenanceNotice | null {
  const modes = services.filter(isPublic).map(({ serviceDetails }) => serviceDetails.maintenanceMode);
  const on = modes.find((mode) => mode?.enabled);
  if (!on) return null;
  return on.uri === '' ? {} : { page: on.uri };
}

/**
 * Render's own maintenance mode, of every public service: it answers with 503 and a page, at once and without a deploy, and lets nobody
 * through (https://docs.render.com/maintenance-mode).
 */
export const renderMaintenance = (site: () => Promise<Site>): Maintenance => ({
  says: 'page',

  async read() {
    return noticeIn([...(await ourServices(await site())).values()]);
  },

  async set(notice) {
    const opened = await site();
    const all = [...(await ourServices(opened)).values()].filter(isPublic);
    if (all.length === 0) throw noService('with a public address');
    const wanted = { enabled: notice !== null, uri: notice?.page ?? '' };
    for (const { id, serviceDetails } of all) {
      const { enabled = false, uri = '' } = serviceDetails.maintenanceMode ?? {};
      if (enabled === wanted.enabled && (uri === wanted.uri || !enabled)) continue;
      const body = { serviceDetails: { maintenanceMode: wanted } };
      await opened.rest(operations.updateService, { path: { serviceId: id }, body });
    }
  },
});

async function ourServices(site: Site): Promise<ReadonlyMap<string, RenderService>> {
  const all = await site.workspace.list(0);
  return new Map([...all].filter(([name]) => isOurs(site)(name)));
}
