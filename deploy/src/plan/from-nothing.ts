import type { DescribedService, Description } from '../config/description.ts';
import { isAddress } from '../config/secret-address.ts';
import type { EnvironmentSetting } from '../config/settings.ts';
import type { Difference } from './plan.ts';

/**
 * What a deploy would make where there is nothing, in the words of a plan. Known from the config alone: `to` says what a thing is made of,
 * the text of a plain setting, or where the value of another one comes from. Pure; no secret gets here.
 */
export function fromNothing(
  { services, stores, domains }: Description,
  { commit, dirty }: { readonly commit: string | null; readonly dirty: boolean },
): Difference[] {
  const release = `${commit?.slice(0, 12) ?? 'no commit'}${dirty ? ' + changes' : ''}`;
  return [
    { what: 'release', action: 'add', name: 'release', to: release },
    ...stores.map(({ name, kind, outside }): Difference => {
      return { what: 'store', action: 'add', name, to: outside ? `${kind} from outside` : kind };
    }),
    ...services.map((service): Difference => {
      return { what: 'service', action: 'add', name: service.name, to: madeOf(service) };
    }),
    ...services.flatMap(({ name: service, settings }) =>
      Object.entries(settings).flatMap(([name, setting]): Difference[] => {
        const to = sourceOf(setting);
        return to === undefined ? [] : [{ what: 'variable', action: 'add', name, service, to }];
      }),
    ),
    ...Object.entries(domains).flatMap(([service, hosts]) =>
      hosts.map((name): Difference => ({ what: 'domain', action: 'add', name, service })),
    ),
  ];
}

function madeOf({ replicas, image, dockerfile, start, static: folder }: DescribedService): string {
  const own = folder === undefined ? start.join(' ') : `the files of ${folder}`;
  const code = image ?? dockerfile ?? own;
  return `${replicas === 1 ? '1 replica' : `${replicas} replicas`} of ${code}`;
}

/** Undefined for a setting that may have no value. */
function sourceOf(setting: EnvironmentSetting): string | undefined {
  if (typeof setting !== 'object') return String(setting);
  switch (setting.kind) {
    case 'store':
      return `address of ${setting.store}`;
    case 'service':
      return `address of ${setting.service}`;
    case 'secret':
      return isAddress(setting.name) ? `secret from ${setting.name}` : `secret ${setting.name}`;
    case 'generated':
      return 'random, made once';
    case 'recipients':
      return 'the keys that backups are for';
    case 'required':
      return 'no value';
    case 'optional':
      return undefined;
  }
}
