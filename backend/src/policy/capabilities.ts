import type { Role } from './principal.ts';

/** What only some roles may do, apart from records. Every route names one of these, or `user`, or `open`. */
export const capabilities = {
  operate: ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Capability = keyof typeof capabilities;
/** Who may call a route: everyone, everyone who signed in, or those with a capability. */
export type Access = 'open' | 'user' | Capability;

export function can(role: Role, capability: Capability): boolean {
  return (capabilities[capability] as readonly Role[]).includes(role);
}
