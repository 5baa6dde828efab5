import type { Foreign } from '../../model/observed.ts';
import type { Service } from '../../model/service.ts';
import type { Store } from '../../model/store.ts';
import { isMarked, type Mark, markVariables, whose } from '../mark.ts';
import type { RailwayService, RailwayState } from './environment.ts';
import { findStore, storeServiceName } from './store-names.ts';

/** Says which of our services a service is; with {@link markVariables} the mark that it is ours. */
export const serviceVariable = 'CONDUCTOR_SERVICE';

/** The variables with which everything that we make begins, so that a killed command leaves nothing without them. */
export const markOf = (mark: Mark, name: string): Record<string, string> => ({
  ...markVariables(mark),
  [serviceVariable]: name,
});

const valuesOf = ({ config }: Pick<RailwayService, 'config'>): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(config?.variables ?? {}).map(([name, variable]) => [name, variable?.value ?? undefined]),
  );

/** It carries our mark. Stores of earlier versions name the service alone. */
export function carriesMark(service: Pick<RailwayService, 'config'>, mark: Mark): boolean {
  const values = valuesOf(service);
  return serviceVariable in values && isMarked({ CONDUCTOR_ENVIRONMENT: mark.environment, ...values }, mark);
}

/**
 * Whether a store is ours: it carries our mark, or services of ours refer to it, as they do to those that Conductor made before it marked
 * them.
 */
export function isOurStore(
  state: Pick<RailwayState, 'services'>,
  service: RailwayService,
  mark: Mark,
): boolean {
  if (carriesMark(service, mark)) return true;
  const reference = `\${{${service.name}.`;
  return state.services.some(
    (one) =>
      carriesMark(one, mark) && Object.values(valuesOf(one)).some((value) => value?.startsWith(reference)),
  );
}

/** What has the name of a service or store of ours and is somebody else's. */
export function foreignIn(
  state: RailwayState,
  services: readonly Pick<Service, 'name'>[],
  stores: readonly Store[],
  mark: Mark,
): Foreign[] {
  const ofServices = services.flatMap(({ name }): Foreign[] => {
    const there = state.services.find((service) => service.name === name);
    if (!there || carriesMark(there, mark)) return [];
    return [{ what: 'service', name, detail: `on Railway, ${whose(valuesOf(there))}` }];
  });
  const ofStores = stores.flatMap((store): Foreign[] => {
    const there = store.url ? undefined : findStore(state.services, store);
    if (!there || isOurStore(state, there, mark)) return [];
    const detail = `${storeServiceName(store)} on Railway, ${whose(valuesOf(there))}`;
    return [{ what: 'store', name: store.name, detail }];
  });
  return [...ofServices, ...ofStores];
}

/**
 * A project that has the name of ours and where only others have services. One that is named by its own token, or that is empty, is in
 * nobody's way.
 */
export function foreignProject(
  { known, services }: RailwayState,
  mark: Mark & { readonly settings: { readonly name?: string | undefined } },
): Foreign[] {
  if (known || services.length === 0 || services.some((service) => carriesMark(service, mark))) return [];
  const name = mark.settings.name ?? mark.project;
  const there = services.map((service) => service.name).join(', ');
  return [{ what: 'app', name, detail: `a project on Railway in which others have ${there}` }];
}
