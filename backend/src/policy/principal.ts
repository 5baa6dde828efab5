export const roles = ['admin', 'manager', 'rep'] as const;
export type Role = (typeof roles)[number];

/** Who is asking: one person, machine or job, inside one organisation. */
export interface Principal {
  readonly orgId: string;
  /** Absent for the access token, which stands for no person. */
  readonly userId: string | null;
  readonly name: string;
  readonly role: Role;
  /** How the request proved itself. */
  readonly via: 'session' | 'api-key' | 'token' | 'system';
  /** A manager's people, the manager included; null when the organisation has no teams, which means everyone. */
  readonly teamUserIds: readonly string[] | null;
  /** What the organisation lets reps read. */
  readonly repVisibility: 'all' | 'own';
  /** The organisation's time zone, in which its days begin. */
  readonly timezone: string;
  /** The person's own time zone, where they have another. */
  readonly ownTimezone?: string | null;
  /** Which API key, where it is one. */
  readonly apiKeyId?: string;
  /** An API key that may only read. */
  readonly readOnly?: boolean;
  /** The session, where there is one. */
  readonly sessionId?: string;
  /** For the audit log: which request, and roughly from where. */
  readonly request?: { readonly id: string; readonly ipPrefix: string };
}

export const defaultTimezone = 'America/Sao_Paulo';

/** Jobs act as the system inside one organisation. */
export function systemPrincipal(orgId: string, timezone = defaultTimezone): Principal {
  return {
    orgId,
    userId: null,
    name: 'system',
    role: 'admin',
    via: 'system',
    teamUserIds: null,
    repVisibility: 'all',
    timezone,
  };
}
