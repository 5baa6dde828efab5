import type { Foreign, StoreUpgrade } from './observed.ts';
import type { Service, Variable } from './service.ts';
import type { Store } from './store.ts';

/** One change of the plan that prepares a deploy. Applying it twice is the same as once. */
export type Change =
  /** Takes over what somebody else has made, as it is: it carries our mark from then on. */
  | { readonly kind: 'adopt'; readonly what: Foreign['what']; readonly name: string }
  | { readonly kind: 'store'; readonly action: 'create' | 'remove'; readonly store: Store }
  /** A store that is there starts again as another version, with its data. */
  | ({ readonly kind: 'upgrade'; readonly store: string } & StoreUpgrade)
  | { readonly kind: 'service'; readonly action: 'create' | 'update' | 'remove'; readonly service: Service }
  | {
      readonly kind: 'variables';
      readonly service: string;
      readonly set: Readonly<Record<string, Variable>>;
      readonly unset: readonly string[];
    }
  | {
      readonly kind: 'domain';
      readonly action: 'create' | 'remove';
      readonly service: string;
      readonly host: string;
    };
