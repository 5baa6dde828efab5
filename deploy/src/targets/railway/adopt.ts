import type { Change } from '../../model/change.ts';
import { keptVariable } from '../mark.ts';
import { isSurrounding } from '../variables.ts';
import type { VariablesPatch } from './desired.ts';
import { carriesMark } from './ownership.ts';
import type { Site } from './site.ts';
import { findStore } from './store-names.ts';

/**
 * Takes over what somebody else has made, as it is: it carries our mark from then on, and the variables that others have set in a service
 * stay theirs. Deploys nothing. What is ours already is left as it is.
 */
export async function adopt(site: Site, { what, name }: Extract<Change, { kind: 'adopt' }>): Promise<void> {
  const { environment, context } = site;
  const state = await environment.read();
  // A project is ours once we have written down something there.
  if (what === 'app') return environment.remember(state.memory);
  const store = context.stores.find((one) => one.name === name);
  const there =
    what === 'store' && store
      ? findStore(state.services, store)
      : state.services.find((service) => service.name === name);
  if (!there || carriesMark(there, context)) return;
  const theirs = Object.keys(there.config?.variables ?? {}).filter((key) => !isSurrounding(key));
  const kept: VariablesPatch =
    what === 'service' ? { [keptVariable]: { value: JSON.stringify(theirs) } } : {};
  await environment.commit({ services: { [there.id]: { variables: kept } } }, state);
}
