import type { Role } from './principal.ts';

/** What only some roles may do, apart from records. Every route names one of these, or `user`, or `open`. */
export const capabilities = {
  /** Users, keys, organisation, audit. */
  administer: ['admin'],
  /** Queues and what failed in them. */
  operate: ['admin'],
  /** Pipelines, automations and other things everybody shares. */
  configure: ['admin'],
  /** Templates and views shown to everybody. */
  share: ['admin', 'manager'],
} as const satisfies Record<string, readonly Role[]>;

export type Capability = keyof typeof capabilities;
/** Who may call a route: everyone, everyone who signed in, or those with a capability. */
export type Access = 'open' | 'user' | Capability;

export function can(role: Role, capability: Capability): boolean {
  return (capabilities[capability] as readonly Role[]).includes(role);
}
