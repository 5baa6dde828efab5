import { ConductorError, exitCode } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import type { ApplyOptions } from '../target.ts';
import { ensureEdge, readHosts, setHosts } from './edge.ts';
import { label, storeName } from './names.ts';
import { isOurs, labelOf, listServices, removeService, serviceNamed } from './services.ts';
import type { Site } from './site.ts';
import { upgradeStore } from './store-upgrade.ts';
import { ensureStore } from './stores.ts';
import { ensureSwitch, readTable, route, type SwitchProgram } from './switch.ts';

/** One change of the plan. Services and variables come with the deploy itself: they are the release's, and nothing runs before it does. */
export async function applyChange(
  site: Site,
  change: Change,
  program: SwitchProgram,
  { more = false }: ApplyOptions = {},
): Promise<void> {
  switch (change.kind) {
    case 'store':
      if (change.action === 'create') await ensureStore(site, change.store);
      else await removeStore(site, change.store.name);
      return;
    case 'upgrade':
      await upgradeStore(site, change);
      return;
    case 'service':
      if (change.action === 'remove') await removeFromLive(site, change.service.name);
      return;
    case 'variables':
      return;
    case 'domain': {
      await ensureSwitch(site, program);
      const hosts = await readHosts(site);
      const others = (hosts[change.service] ?? []).filter((host) => host !== change.host);
      const own = change.action === 'create' ? [...others, change.host] : others;
      const { [change.service]: _, ...rest } = hosts;
      await setHosts(site, own.length > 0 ? { ...rest, [change.service]: own } : rest);
      // Each time that it is told something new it closes connections. What an interrupted deploy has not told it, the next one does.
      if (!more) await ensureEdge(site);
      return;
    }
    case 'adopt':
      throw new ConductorError({
        code: 'swarm.adopt',
        message: `A ${change.what} of the swarm that somebody else has made cannot be taken over: Conductor does not know how it was made.`,
        hint: `Rename ${change.name} there, or ours in the config.`,
        exit: exitCode.usage,
      });
  }
}

/** A store goes; its volume stays, because data that is gone is gone. */
async function removeStore(site: Site, name: string): Promise<void> {
  const service = await serviceNamed(site, storeName(site.context, name));
  if (service && isOurs(site, service)) await removeService(site, service.ID);
}

/** A service is nobody's any more: first no visitor is led to it, then it goes, in every release. */
export async function removeFromLive(site: Site, name: string): Promise<void> {
  const table = await readTable(site);
  if (table?.services.some(({ service }) => service === name))
    await route(site, { ...table, services: table.services.filter(({ service }) => service !== name) });
  for (const one of await listServices(site, { [label.role]: 'service', [label.name]: name }))
    if (labelOf(one, label.name) === name) await removeService(site, one.ID);
}
