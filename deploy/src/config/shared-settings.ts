import type { DescribedService } from './description.ts';
import type { EnvironmentSetting } from './settings.ts';

type Settings = Readonly<Record<string, EnvironmentSetting>>;

/** Settings that several services have alike. */
export interface SharedSettings {
  /** `shared`; where services share in different ways, their names: `backend-worker`. */
  readonly name: string;
  readonly services: readonly string[];
  readonly settings: Settings;
}

/**
 * Takes what is said more than once out of the services: which settings several of them have alike, and what then is left to each.
 * `may` says which settings can be shared at all.
 */
export function shareSettings(
  services: readonly Pick<DescribedService, 'name' | 'settings'>[],
  may: (setting: EnvironmentSetting) => boolean = () => true,
): { readonly shared: readonly SharedSettings[]; readonly own: Readonly<Record<string, Settings>> } {
  const alike = (key: string, setting: EnvironmentSetting): string[] =>
    services
      .filter(({ settings }) => JSON.stringify(settings[key]) === JSON.stringify(setting))
      .map(({ name }) => name);
  const blocks = new Map<string, { services: string[]; settings: Record<string, EnvironmentSetting> }>();
  for (const { settings } of services) {
    for (const [key, setting] of Object.entries(settings)) {
      const users = alike(key, setting);
      if (users.length < 2 || !may(setting)) continue;
      const block = blocks.get(users.join()) ?? { services: users, settings: {} };
      block.settings[key] = setting;
      blocks.set(users.join(), block);
    }
  }
  // One setting alone is shorter where it is used.
  const worth = [...blocks.values()].filter(({ settings }) => Object.keys(settings).length > 1);
  const shared = worth.map((block) => ({
    ...block,
    name: worth.length === 1 ? 'shared' : block.services.join('-'),
  }));
  // Whoever has a setting of a block just like it is one of the block's services.
  const isShared = (key: string, setting: EnvironmentSetting): boolean =>
    shared.some(({ settings }) => JSON.stringify(settings[key]) === JSON.stringify(setting));
  const own = services.map(({ name, settings }) => {
    const left = Object.entries(settings).filter(([key, setting]) => !isShared(key, setting));
    return [name, Object.fromEntries(left)] as const;
  });
  return { shared, own: Object.fromEntries(own) };
}
