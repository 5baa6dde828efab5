import type { Store, StoreKind } from '../../model/store.ts';
import type { RailwayService } from './environment.ts';

interface Kind {
  /** Name that Railway's own template gives its service. */
  readonly name: string;
  /** Variable of that service with its address on the private network. */
  readonly url: string;
}

const kinds: Readonly<Record<StoreKind, Kind>> = {
  mongodb: { name: 'MongoDB', url: 'MONGO_URL' },
  redis: { name: 'Redis', url: 'REDIS_URL' },
};

/** The store's name on Railway: the template's own, so that one made by hand from the template is found. */
export const storeServiceName = (store: Pick<Store, 'name' | 'kind'>): string =>
  store.name === store.kind ? kinds[store.kind].name : store.name;

/** `${{MongoDB.MONGO_URL}}` */
export const storeReference = (store: Store, service = storeServiceName(store)): string =>
  `\${{${service}.${kinds[store.kind].url}}}`;

export const findStore = (
  services: readonly RailwayService[],
  store: Pick<Store, 'name' | 'kind'>,
): RailwayService | undefined =>
  services.find(({ name }) => name.toLowerCase() === storeServiceName(store).toLowerCase());
