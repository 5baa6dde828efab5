import type { Answer } from './app.ts';
import type { TestCrm } from './crm.ts';

/** Somebody at a browser: their cookie, and our client's headers. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly cookie: string;
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    url: string,
    payload?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

export const password = 'correct horse battery';

/** Sets the organisation up; its first admin. */
export async function firstAdmin(crm: TestCrm): Promise<Person> {
  const body = { organisation: 'Acme Ltda', name: 'Ana Admin', email: 'ana@example.com', password };
  return signedIn(crm, await crm.call('POST', '/setup', body, { authorization: '' }));
}

/** Invites somebody and lets them accept. */
export async function join(
  crm: TestCrm,
  admin: Person,
  name: string,
  role: string,
  teamId: string | null = null,
): Promise<Person> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
  const { body } = await admin.call('POST', '/invites', { email, role, teamId });
  const token = body.link.split('/').at(-1);
  return signedIn(
    crm,
    await crm.call('POST', '/auth/accept-invite', { token, name, password }, { authorization: '' }),
  );
}

/** The person whom an answer signed in. */
export function signedIn(crm: TestCrm, answer: Answer): Person {
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
  const own = {
    authorization: '',
    cookie,
    'x-requested-with': 'conductor',
    origin: 'http://localhost:8080',
  };
  return {
    id: answer.body.id,
    email: answer.body.email,
    cookie,
    call: (method, url, payload, headers = {}) => crm.call(method, url, payload, { ...own, ...headers }),
  };
}
