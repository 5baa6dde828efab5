import type { ByHand } from '../target.ts';
import type { Site } from './site.ts';
import { findKeyValue } from './stores.ts';

/** What Render's own command line has for what its API has not. */
export const byHand = (site: () => Promise<Site>): ByHand => ({
  async store(name) {
    const { workspace, context } = await site();
    const keyValue = await findKeyValue({ workspace, context }, { name });
    if (keyValue)
      return [
        `# Allow your address in the dashboard of ${keyValue.name} first.`,
        `render kv-cli ${keyValue.id}`,
      ];
    const service = (await workspace.list()).get(name);
    return service ? [`render ssh ${service.id}`] : [];
  },
});
