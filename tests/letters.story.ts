import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmailDocument } from '../backend/src/emails/email.ts';
import { job } from '../backend/src/queue/jobs.ts';
import { openCrm, type TestCrm } from '../backend/test/crm.ts';
import { eventually } from '../backend/test/eventually.ts';
import { firstAdmin, join, type Person } from '../backend/test/person.ts';
import { startProcess } from '../backend/test/process.ts';
import { startSmtp } from '../backend/test/smtp.ts';

// Letters are under way while their worker is killed, again and again: each arrives once, and what is said of it is true.

const full = process.env.CONDUCTOR_STORIES === 'full';
const letters = full ? 500 : 60;
const kills = full ? 50 : 6;
/** What one person may send a day is 200. */
const authors = Math.ceil(letters / 200);
/** A life ends so long at most after its first letter has reached the server. */
const longestLifeMs = 150;

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
const people: Person[] = [];
let lead: string;
type Step = 'recipient' | 'letter';
/** The first two workers die while the server has not answered this; the others at any moment. */
const certain: readonly Step[] = ['recipient', 'letter'];
/** Told what the server hears; what it waits for before it answers. */
let heard: (step: Step) => Promise<unknown> = async () => {};

/** The same moments at each run of the story (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const random = dice(16);

beforeAll(async () => {
  smtp = await startSmtp({
    async onRecipient() {
      await heard('recipient');
      await pause(random() * 20);
    },
    // Slow, as a server is that looks for spam: here a worker is killed that does not know yet what became of its letter.
    async onLetter() {
      await heard('letter');
      await pause(random() * 40);
    },
  });
  crm = await openCrm(smtp.settings);
  people.push(await firstAdmin(crm));
  for (let i = 1; i < authors; i++) people.push(await join(crm, people[0]!, `Autor ${i}`, 'admin'));
  lead = (await people[0]!.call('POST', '/leads', { name: 'Ana', email: 'ana@cliente.example' })).body.id;
});
afterAll(async () => {
  await crm?.close();
  await smtp?.close();
});

const emails = () => crm.services.mongo.db.collection<EmailDocument>('emails');
const worker = () => startProcess('worker', { ...crm.stores, ...smtp.settings }, '/health');
/** What the scheduler asks for each minute. */
const sweep = () => crm.services.queues.add(job('letters.sweep', {}));
const settled = { status: { $in: ['sent', 'failed', 'bounced', 'cancelled'] } } as const;

/** Works without being killed until every letter has ended. The transaction of a dead worker holds what it wrote for a minute, as MongoDB's do. */
async function workToTheEnd(): Promise<void> {
  const last = await worker();
  try {
    await eventually(
      'every letter to have ended',
      async () => {
        await sweep();
        await pause(500);
        return (await emails().countDocuments(settled)) === letters;
      },
      180_000,
    );
  } finally {
    await last.stop();
  }
}

/** How often each of people's letters arrived; there are invitations, too. */
const received = () => {
  const times = new Map<string, number>();
  for (const { messageId, to } of smtp.received) {
    if (!to[0]!.startsWith('pessoa')) continue;
    const id = /^<([^@]+)@/.exec(messageId)![1]!;
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
};

test(`${letters} letters, ${kills} kills of their worker`, async () => {
  const began = performance.now();
  for (let i = 0; i < letters; i++) {
    const author = people[i % authors]!;
    const given = {
      to: [`pessoa${i}@cliente.example`],
      subject: `Carta ${i}`,
      bodyHtml: `<p>Olá, {{first_name}}: carta ${i}.</p>`,
      links: [{ entity: 'lead', id: lead }],
    };
    const { body } = await author.call('POST', '/emails', given);
    const queued = await author.call('POST', `/emails/${body.id}/send`, undefined, { 'if-match': '"1"' });
    expect(queued.status).toBe(200);
  }

  const caught = { claimed: new Set<string>(), 'handed-over': new Set<string>() };
  let killed = 0;
  for (; killed < kills; killed++) {
    const held = certain[killed];
    const reached = Promise.withResolvers<void>();
    const dead = Promise.withResolvers<void>();
    heard = async (step) => {
      if (!held || step === held) reached.resolve();
      if (step === held) await dead.promise;
    };
    const life = await worker();
    await sweep();
    await Promise.race([
      reached.promise,
      pause(20_000).then(() => Promise.reject(new Error(`No letter: ${life.output()}`))),
    ]);
    if (!held) await pause(random() * longestLifeMs);
    await life.stop('SIGKILL');
    dead.resolve();
    // What it had sent to the stores and to the mail server arrives without it.
    await pause(150);
    for (const { _id, delivery } of await emails().find({ status: 'sending' }).toArray())
      if (delivery!.phase) caught[delivery!.phase].add(_id);
  }
  heard = async () => {};
  const endedWhileKilling = await emails().countDocuments(settled);
  await workToTheEnd();

  const all = await emails().find().toArray();
  const times = received();
  const ambiguous = all.filter(({ error }) => error?.code === 'ambiguous');
  const arrived = ambiguous.filter(({ delivery }) => times.has(delivery!.messageId));
  console.log(
    `${letters} letters, worker killed ${killed} times in ${Math.round((performance.now() - began) / 1000)} s: ` +
      `${endedWhileKilling} ended meanwhile; at the kills ${caught.claimed.size} were claimed and ${caught['handed-over'].size} handed over. ` +
      `In the end ${all.filter(({ status }) => status === 'sent').length} sent, ${ambiguous.length} ambiguous ` +
      `(${arrived.length} of which had arrived), ${[...times.values()].filter((count) => count > 1).length} arrived twice.`,
  );

  // The first two kills met letters in each state, or this showed nothing.
  expect(caught.claimed.size).toBeGreaterThan(0);
  expect(caught['handed-over'].size).toBeGreaterThan(0);
  expect(endedWhileKilling).toBeLessThan(letters);
  expect([...times.values()].filter((count) => count > 1)).toEqual([]);
  for (const { _id, status, error, delivery } of all) {
    const sent = status === 'sent';
    expect([_id, sent || (status === 'failed' && error?.code === 'ambiguous')]).toEqual([_id, true]);
    if (sent) expect([_id, times.get(delivery!.messageId)]).toEqual([_id, 1]);
    // Only those whose end may have reached the server when their worker died are not known.
    else expect(caught['handed-over']).toContain(_id);
  }
  const lines = await crm.services.mongo.db.collection('activities').find({ kind: 'email' }).toArray();
  expect(lines).toHaveLength(letters);
  const statusOf = new Map(all.map(({ _id, status }) => [_id, status]));
  for (const line of lines) expect(line.meta.status).toBe(statusOf.get(line.meta.emailId));

  // Whoever can look into the mail server's log knows which: those that did not arrive are sent again.
  for (const { _id, ownerId, version, delivery } of ambiguous) {
    if (times.has(delivery!.messageId)) continue;
    const author = people.find(({ id }) => id === ownerId)!;
    const again = await author.call('POST', `/emails/${_id}/retry`, undefined, {
      'if-match': `"${version}"`,
    });
    expect(again.status).toBe(200);
  }
  await workToTheEnd();
  expect([...received().values()]).toEqual(Array.from({ length: letters }, () => 1));
});
