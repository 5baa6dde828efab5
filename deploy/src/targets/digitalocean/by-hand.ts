import { commandLine } from '../shell-words.ts';
import type { ByHand } from '../target.ts';
import { findCluster, type StoreSite } from './stores.ts';

/** What DigitalOcean's own command line has for what App Platform does not let an API do: it runs nothing beside a service. */
export const byHand = (site: () => Promise<StoreSite>): ByHand => ({
  // Writing the app's spec would deploy it, and run the release task.
  maintenance:
    'In its control panel: the app, Settings, Maintenance mode. A deploy from here turns it off again.',
  async command({ service, words }) {
    const there = await (await site()).app.read();
    if (!there) return [];
    const console = commandLine(['doctl', 'apps', 'console', there.id, service]);
    return [console, '# In that console:', commandLine(words)];
  },
  async store(name) {
    const there = await site();
    const store = there.context.stores.find((each) => each.name === name);
    const cluster = store && (await findCluster(there, store));
    if (!cluster) return [];
    return [
      '# With your own address in place of 203.0.113.7; take it out again afterwards.',
      commandLine(['doctl', 'databases', 'firewalls', 'append', cluster.id, '--rule', 'ip_addr:203.0.113.7']),
      commandLine(['doctl', 'databases', 'connection', cluster.id]),
    ];
  },
});
