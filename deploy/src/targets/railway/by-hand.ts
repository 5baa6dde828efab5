import { commandLine } from '../shell-words.ts';
import type { ByHand } from '../target.ts';
import type { Site } from './site.ts';
import { findStore } from './store-names.ts';

/** What Railway's own command line has for what its API has not: nothing there runs a command beside a service. */
export const byHand = (site: () => Promise<Site | null>): ByHand => ({
  maintenance:
    'Railway has no maintenance mode: let a proxy in front of its domains keep visitors out, or the application itself.',
  async command({ service, words }) {
    const { place } = (await site()) ?? {};
    if (!place) return [];
    const where = ['--project', place.project, '--environment', place.environment, '--service', service];
    // The shell there reads the words once more.
    return [commandLine(['railway', 'ssh', ...where, '--', commandLine(words)])];
  },
  async store(name) {
    const there = await site();
    if (!there) return [];
    const { place, environment, context } = there;
    const store = context.stores.find((each) => each.name === name);
    const found = store && findStore((await environment.read()).services, store);
    if (!found) return [];
    return [
      commandLine(['railway', 'link', '--project', place.project, '--environment', place.environment]),
      commandLine(['railway', 'connect', found.name]),
    ];
  },
});
