import type { Store } from '../../model/store.ts';
import type { Render } from '../variables.ts';
import type { RailwayState } from './environment.ts';
import type { Access } from './site.ts';
import { findStore, storeReference } from './store-names.ts';

/** References in Railway's own syntax, resolved by Railway when a deployment starts. */
export const referTo =
  (
    { context }: Pick<Access, 'context'>,
    stores: readonly Store[],
    { services }: Pick<RailwayState, 'services'>,
  ): Render =>
  (variable) => {
    if (variable.kind === 'store') {
      const store = stores.find(({ name }) => name === variable.store);
      if (!store) throw new Error(`the release has no store "${variable.store}"`);
      return store.url
        ? { value: store.url, secret: true }
        : { value: storeReference(store, findStore(services, store)?.name), secret: false };
    }
    const host = context.domains[variable.service]?.[0] ?? `\${{${variable.service}.RAILWAY_PUBLIC_DOMAIN}}`;
    return { value: variable.property === 'url' ? `https://${host}` : host, secret: false };
  };
