import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { testToken } from '../../test/settings.ts';

describe('/ws', () => {
  let crm: TestCrm;
  let url: string;
  beforeAll(async () => {
    crm = await openCrm();
    await crm.app.listen({ port: 0, host: '127.0.0.1' });
    url = `ws://127.0.0.1:${(crm.app.server.address() as { port: number }).port}/ws`;
  });
  afterAll(() => crm.close());

  interface Heard {
    id: string;
    type: string;
    entityId: string;
    version: number;
  }
  async function listen(query = ''): Promise<{ heard: Heard[]; close(): void }> {
    const socket = new WebSocket(url + query, {
      headers: { authorization: `Bearer ${testToken}`, origin: 'http://localhost:8080' },
    });
    const heard: Heard[] = [];
    socket.on('message', (text) => heard.push(JSON.parse(String(text))));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { heard, close: () => socket.close() };
  }

  it('announces what happens to leads, without their content', async () => {
    const { heard, close } = await listen();
    const { body: lead } = await crm.call('POST', '/leads', {
      name: 'Maria Souza',
      email: 'maria@example.com',
    });
    await crm.call('PATCH', `/leads/${lead.id}`, { city: 'Recife' }, { 'if-match': '1' });
    await eventually('two announcements', async () => heard.length >= 2);
    expect(heard).toMatchObject([
      { v: 1, type: 'lead.created', entity: 'lead', entityId: lead.id, version: 1, actorId: null },
      { v: 1, type: 'lead.updated', entityId: lead.id, version: 2, changed: ['city'] },
    ]);
    expect(JSON.stringify(heard)).not.toContain('maria@example.com');
    close();
  });

  it('tells whoever was away what they missed, and says so when it no longer knows', async () => {
    const first = await listen();
    await crm.call('POST', '/leads', { name: 'Ana Lima', email: 'ana@example.com' });
    await eventually('an announcement', async () => first.heard.length > 0);
    first.close();
    const { body: missed } = await crm.call('POST', '/leads', {
      name: 'Rui Costa',
      email: 'rui@example.com',
    });
    const again = await listen(`?lastEventId=${first.heard.at(-1)!.id}`);
    await eventually('the missed one', async () =>
      again.heard.some(({ entityId }) => entityId === missed.id),
    );
    again.close();
    const stranger = await listen('?lastEventId=0000000000000000000000ff');
    await eventually('the gap', async () => stranger.heard.some(({ type }) => type === 'replay.gap'));
    stranger.close();
  });
});
