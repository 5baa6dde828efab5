import type { MaintenanceNotice } from './maintenance.ts';
import type { State } from './state.ts';
import type { StoreAbility, StoreKind } from './store.ts';

export interface ObservedService {
  readonly name: string;
  readonly state: State;
  /** Version of the release that serves; null when none or not known. */
  readonly version: string | null;
  /** Replicas that are up / that should be. */
  readonly replicas: { readonly ready: number; readonly wanted: number };
  readonly restarts: number;
  /** Names, with plain values or a secret's keyed fingerprint. */
  readonly variables: Readonly<Record<string, { readonly value: string } | { readonly fingerprint: string }>>;
  readonly url?: string;
  /** The place's own id of the deployment that serves, where it has one. */
  readonly deployment?: string;
}

export interface ObservedStore {
  readonly name: string;
  readonly kind: StoreKind;
  readonly state: State;
  /** What runs it, for people: `embedded-mongo`, `redis-server 7.0.15`. */
  readonly provider: string;
  /** What it is seen to be able to do; `unknown` where somebody else has made it. Left out: what the traits say. */
  readonly can?: readonly StoreAbility[] | 'unknown';
  /** It runs as another version than the settings name. */
  readonly upgrade?: StoreUpgrade;
}

/** Versions of a store: names of images. */
export interface StoreUpgrade {
  readonly from: string;
  readonly to: string;
}

/** A DNS record that must be published for a domain, as the place itself asks for it. */
export interface DnsRecord {
  /** ALIAS: a CNAME where the zone allows it at this name, else the provider's flattening (ALIAS, ANAME). */
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'ALIAS' | 'TXT' | 'CAA';
  /** Full name, without a dot at the end. */
  readonly host: string;
  readonly value: string;
  /** Seconds. */
  readonly ttl: number;
  readonly purpose: 'traffic' | 'ownership' | 'certificate';
}

export interface ObservedDomain {
  readonly host: string;
  readonly service: string;
  readonly records: readonly DnsRecord[];
  /** What the place says of its certificate; the handshake tells the truth. */
  readonly certificate: 'pending' | 'valid' | 'failed' | 'unknown';
  readonly detail?: string;
  /** Where visitors come to it. Left out: 80 and 443, as everywhere. */
  readonly ports?: { readonly http: number; readonly https: number };
}

/** A release that serves no more and still runs. */
export interface WarmRelease {
  readonly version: string;
  /** ISO time at which it is ended; null: by the next deploy. */
  readonly until: string | null;
  /** Memory that it holds; null where that is not known. */
  readonly megabytes: number | null;
}

/** Something that has the name of a thing of ours and does not carry our mark, so it is not touched before somebody says so. */
export interface Foreign {
  /** `app`: what holds all services, where a place has such a thing. */
  readonly what: 'service' | 'store' | 'app';
  /** Our name of it, by which it is adopted; of an app its own. */
  readonly name: string;
  /** For people: what it is there, and whose as far as that shows. */
  readonly detail: string;
  /** Of a store: what it would be to us, so that it can be judged before it is taken over. */
  readonly store?: ObservedStore;
}

/** What the place has right now, as far as it can tell. */
export interface Observed {
  /** Version that takes new requests; null when none does. */
  readonly live: string | null;
  /** The release before, where the place keeps it running to go back to at once; left out where places do no such thing. */
  readonly warm?: WarmRelease | null;
  readonly services: readonly ObservedService[];
  readonly stores: readonly ObservedStore[];
  readonly domains: readonly ObservedDomain[];
  /**
   * Public base address of each service that has public paths, by the service's name, without a slash at the end:
   * `{ backend: 'http://localhost:8080', frontend: 'http://localhost:8080' }`. The engine verifies and probes through them.
   */
  readonly urls: Readonly<Record<string, string>>;
  /** What stands in the way of things that are wanted; it is in none of the lists above. Left out: nothing, as far as is known. */
  readonly foreign?: readonly Foreign[];
  /** Visitors are kept out, and told so; null or left out: they are served. */
  readonly maintenance?: MaintenanceNotice | null;
  /** Why the place could not say more, in one sentence for people. Left out where it could. */
  readonly trouble?: string;
}
