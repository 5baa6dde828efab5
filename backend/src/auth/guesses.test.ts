import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person, password } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
});
afterAll(() => crm.close());
beforeEach(() => crm.services.redis.flushall());

/** Signs in from an address, as the proxy in front says it. */
const signIn = async (from: string, email: string, secret = 'a wrong password') =>
  (
    await crm.call(
      'POST',
      '/auth/login',
      { email, password: secret },
      { authorization: '', 'x-forwarded-for': from },
    )
  ).status;

async function statuses(count: number, guess: (number: number) => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let number = 0; number < count; number += 1) found.push(await guess(number));
  return found;
}

describe('guesses at one account from one address', () => {
  const here = '203.0.113.50';

  it('are limited to ten, and nobody signs in there then', async () => {
    const found = await statuses(12, () => signIn(here, admin.email));
    expect(found).toEqual([...Array(10).fill(401), 429, 429]);
    expect(await signIn(here, admin.email, password)).toBe(429);
    // Elsewhere, and at other accounts, nothing has changed.
    expect(await signIn('203.0.113.51', admin.email, password)).toBe(200);
    expect(await signIn(here, 'somebody@example.com')).toBe(401);
  });

  it('are the wrong ones alone, and forgotten by whoever gets in', async () => {
    expect(await statuses(25, () => signIn(here, admin.email, password))).toEqual(Array(25).fill(200));
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await statuses(9, () => signIn(here, admin.email))).toEqual(Array(9).fill(401));
      expect(await signIn(here, admin.email, password)).toBe(200);
    }
    // Of all accounts together they stay counted: three more are what is left of thirty.
    expect(await statuses(5, () => signIn(here, admin.email))).toEqual([401, 401, 401, 429, 429]);
  });

  it('are not forgotten for another account that somebody gets in to there', async () => {
    const own = await join(crm, admin, 'Olga Own', 'rep');
    const found = await statuses(12, async () => {
      expect(await signIn(here, own.email, password)).toBe(200);
      return signIn(here, admin.email);
    });
    expect(found).toEqual([...Array(10).fill(401), 429, 429]);
  });

  it('made all at once are limited, too', async () => {
    const found = await Promise.all(Array.from({ length: 30 }, () => signIn(here, admin.email)));
    expect(found.filter((status) => status === 401)).toHaveLength(10);
  });

  it('leave no count without an end, though it runs out while somebody gets in', async () => {
    const { redis } = crm.services;
    const stored = crm.services.users.byPassword;
    crm.services.users.byPassword = async function (...given) {
      await redis.flushall();
      return stored.apply(this, given);
    };
    try {
      expect(await signIn(here, admin.email, password)).toBe(200);
    } finally {
      crm.services.users.byPassword = stored;
    }
    expect(await redis.keys('conductor:guesses:*')).toEqual([]);
  });
});

describe('guesses', () => {
  it('from one address are limited, however many accounts they try', async () => {
    const found = await statuses(40, (number) => signIn('203.0.113.7', `person${number}@example.com`));
    expect(found).toEqual([...Array(30).fill(401), ...Array(10).fill(429)]);
    // Others are not kept out by it.
    expect(await signIn('203.0.113.8', admin.email, password)).toBe(200);
  });

  it('from one network of IPv6 count as from one address', async () => {
    const found = await statuses(40, (number) =>
      signIn(`2001:db8:1:2::${number.toString(16)}`, `person${number}@example.com`),
    );
    expect(found.filter((status) => status === 429)).toHaveLength(10);
  });

  it('at one account are limited, from however many addresses', async () => {
    const found = await statuses(40, (number) => signIn(`203.0.113.${number}`, admin.email));
    expect(found).toEqual([...Array(30).fill(401), ...Array(10).fill(429)]);
  });

  it('of strangers do not keep the person out of a browser that they know', async () => {
    const first = await crm.call(
      'POST',
      '/auth/login',
      { email: admin.email, password },
      { authorization: '', 'x-forwarded-for': '203.0.113.200' },
    );
    const device = /device=[^;]+/.exec(String(first.headers['set-cookie']))![0];
    await statuses(40, (number) => signIn(`203.0.113.${number}`, admin.email));
    const again = (cookie: string, secret: string) =>
      crm.call(
        'POST',
        '/auth/login',
        { email: admin.email, password: secret },
        {
          authorization: '',
          'x-forwarded-for': '203.0.113.201',
          cookie,
          'x-requested-with': 'conductor',
          origin: 'http://localhost:8080',
        },
      );
    expect((await again('device=forged.value', password)).status).toBe(429);
    // Somebody else's browser: their own account is signed in to there.
    const rep = await join(crm, admin, 'Rui Rep', 'rep');
    const theirs = await crm.call(
      'POST',
      '/auth/login',
      { email: rep.email, password },
      { authorization: '', 'x-forwarded-for': '203.0.113.202' },
    );
    const other = /device=[^;]+/.exec(String(theirs.headers['set-cookie']))![0];
    expect((await again(other, password)).status).toBe(429);
    expect((await again(device, 'a wrong password')).status).toBe(401);
    expect((await again(device, password)).status).toBe(200);
  });

  it('that are right do not count', async () => {
    const found = await statuses(40, (number) => signIn(`203.0.113.${number % 8}`, admin.email, password));
    expect(found).toEqual(Array(40).fill(200));
  });

  it('made all at once are counted, too', async () => {
    const found = await Promise.all(
      Array.from({ length: 60 }, (_, number) => signIn('203.0.113.9', `person${number}@example.com`)),
    );
    expect(found.filter((status) => status === 401)).toHaveLength(30);
  });

  it('from an address that nobody trusted says are counted for whoever says it', async () => {
    const alone = await openApp({ ...crm.stores, TRUSTED_PROXIES: 'none' });
    const behind = await openApp({ ...crm.stores, TRUSTED_PROXIES: '127.0.0.1,198.51.100.0/24' });
    const guess = async (app: typeof alone, number: number, forwarded: string) =>
      (
        await app.call(
          'POST',
          '/auth/login',
          { email: `person${number}@example.com`, password: 'a wrong password' },
          { authorization: '', 'x-forwarded-for': forwarded },
        )
      ).status;
    try {
      const made = await statuses(40, (number) => guess(alone, number, `203.0.113.${number}`));
      expect(made.filter((status) => status === 429)).toHaveLength(10);
      // Of a chain it is the last address that is not a trusted proxy: what stands before it, a client may have made up.
      const chain = await statuses(40, (number) =>
        guess(behind, number, `203.0.113.${number}, 192.0.2.7, 198.51.100.3`),
      );
      expect(chain.filter((status) => status === 429)).toHaveLength(10);
    } finally {
      await Promise.all([alone.close(), behind.close()]);
    }
  });

  it('say when it can be tried again', async () => {
    await statuses(30, (number) => signIn('203.0.113.10', `person${number}@example.com`));
    const { status, headers } = await crm.call(
      'POST',
      '/auth/login',
      { email: 'x@example.com', password: 'a wrong password' },
      { authorization: '', 'x-forwarded-for': '203.0.113.10' },
    );
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(800);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(900);
  });
});

describe('people of one office, behind one address', () => {
  const office = { 'x-forwarded-for': '203.0.113.60' };

  it('join on the same morning, however many they are', async () => {
    const made = await statuses(14, async (number) => {
      const email = `colleague${number}@example.com`;
      const { body } = await admin.call('POST', '/invites', { email, role: 'rep' });
      const token = new URL(body.link).pathname.split('/').at(-1);
      const joining = { token, name: `Colleague ${number}`, password: `a passphrase of ${number}` };
      return (await crm.call('POST', '/auth/accept-invite', joining, { authorization: '', ...office }))
        .status;
    });
    expect(made).toEqual(Array(14).fill(201));
  });

  it('are limited in links that are none', async () => {
    const joining = { token: 'x'.repeat(40), name: 'Nobody', password: 'a passphrase of nobody' };
    const made = await statuses(
      32,
      async () =>
        (await crm.call('POST', '/auth/accept-invite', joining, { authorization: '', ...office })).status,
    );
    expect(made).toEqual([...Array(30).fill(404), 429, 429]);
  });

  it('change their passwords, and guess the present one of somebody ten times', async () => {
    const person = await join(crm, admin, 'Pia Present', 'rep');
    let present = password;
    const change = (current: string, next: string) =>
      person.call('POST', '/auth/password', { current, next }, office);
    const made = await statuses(12, async (number) => {
      const next = `the passphrase number ${number}`;
      const { status } = await change(present, next);
      present = next;
      return status;
    });
    expect(made).toEqual(Array(12).fill(204));
    const wrong = await statuses(
      12,
      async () => (await change('a wrong password', 'another passphrase')).status,
    );
    expect(wrong).toEqual([...Array(10).fill(422), 429, 429]);
  });
});
