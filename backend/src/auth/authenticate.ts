import type { FastifyRequest } from 'fastify';
import type { ApiKeyStore } from '../api-keys/store.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { firstOrgId, type OrgDocument } from '../org/org.ts';
import { defaultTimezone, type Principal } from '../policy/principal.ts';
import type { SessionStore } from '../sessions/store.ts';
import type { Settings } from '../settings.ts';
import { principalOf } from '../users/principal-of.ts';
import type { UserDocument } from '../users/user.ts';
import { sessionCookieName } from './cookie.ts';
import { sameText } from './signed-cookie.ts';

/** How long an answer may be reused. Changes of rights are announced and clear it at once in every process. */
const cacheMs = 3000;
const mostCached = 5000;

interface AuthenticatorNeeds {
  mongo: Mongo;
  sessions: SessionStore;
  apiKeys: ApiKeyStore;
  settings: Settings;
}

/** Says who a request comes from: a session's cookie, an API key, or the access token. */
export class Authenticator {
  readonly #needs: AuthenticatorNeeds;
  readonly #cookie: string;
  readonly #known = new Map<string, { until: number; principal: Principal | undefined }>();

  constructor(needs: AuthenticatorNeeds) {
    this.#needs = needs;
    this.#cookie = sessionCookieName(needs.settings);
  }

  async authenticate(request: FastifyRequest): Promise<Principal | undefined> {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const cookie = request.headers.authorization === undefined ? request.cookies[this.#cookie] : undefined;
    const proof =
      bearer !== undefined ? `bearer ${bearer}` : cookie !== undefined ? `cookie ${cookie}` : undefined;
    if (proof === undefined) return undefined;
    const principal = await this.#cached(proof, () =>
      bearer !== undefined ? this.#byBearer(bearer) : this.#bySession(cookie!),
    );
    return principal && { ...principal, request: { id: request.id, ipPrefix: ipPrefix(request.ip) } };
  }

  /** Forgets what it knew, because somebody's rights changed. */
  forget(): void {
    this.#known.clear();
  }

  async #cached(proof: string, ask: () => Promise<Principal | undefined>): Promise<Principal | undefined> {
    const known = this.#known.get(proof);
    if (known && known.until > Date.now()) return known.principal;
    const principal = await ask();
    if (this.#known.size >= mostCached) this.#known.clear();
    this.#known.set(proof, { until: Date.now() + cacheMs, principal });
    return principal;
  }

  async #byBearer(token: string): Promise<Principal | undefined> {
    const { API_TOKEN } = this.#needs.settings;
    if (API_TOKEN !== undefined && sameText(token, API_TOKEN))
      return this.#inOrg(firstOrgId, { userId: null, name: 'Access token', role: 'admin', via: 'token' });
    const key = await this.#needs.apiKeys.find(token);
    return (
      key &&
      this.#inOrg(key.orgId, {
        userId: null,
        name: key.name,
        role: key.role,
        via: 'api-key',
        apiKeyId: key._id,
        readOnly: key.readOnly,
      })
    );
  }

  async #bySession(cookie: string): Promise<Principal | undefined> {
    const session = await this.#needs.sessions.find(cookie);
    if (!session) return undefined;
    const user = await this.#needs.mongo.db
      .collection<UserDocument>('users')
      .findOne({ _id: session.userId, status: 'active' });
    if (!user) return undefined;
    return { ...(await principalOf(this.#needs.mongo, user)), sessionId: session._id };
  }

  async #inOrg(
    orgId: string,
    who: Pick<Principal, 'userId' | 'name' | 'role' | 'via'> & Partial<Principal>,
  ): Promise<Principal> {
    const org = await this.#needs.mongo.db.collection<OrgDocument>('orgs').findOne({ _id: orgId });
    return {
      orgId,
      teamUserIds: null,
      repVisibility: org?.repVisibility ?? 'all',
      timezone: org?.timezone ?? defaultTimezone,
      ...who,
    };
  }
}

/** An address with its last part cut off: enough to notice another place, not enough to track a person. */
export function ipPrefix(ip: string): string {
  const v4 = /(\d+\.\d+\.\d+)\.\d+$/.exec(ip)?.[1];
  return v4 === undefined ? `${ip.split(':').slice(0, 3).join(':')}::` : `${v4}.0`;
}
