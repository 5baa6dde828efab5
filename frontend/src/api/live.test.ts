import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveConnection, type LiveEvent, type LiveState } from './live.ts';

/** A socket whose other end is the test. */
class Socket extends EventTarget {
  static opened: Socket[] = [];
  readonly url: URL;
  constructor(url: URL) {
    super();
    this.url = url;
    Socket.opened.push(this);
  }
  accept() {
    this.dispatchEvent(new Event('open'));
  }
  say(message: unknown) {
    const data = typeof message === 'string' ? message : JSON.stringify(message);
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  drop(code: number) {
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
  close() {
    this.drop(1000);
  }
}

const event = (id: string): LiveEvent => ({
  v: 1,
  id,
  type: 'lead.created',
  entity: 'lead',
  entityId: 'a1',
  version: 1,
  at: '2026-01-02T03:04:05Z',
});

let events: LiveEvent[];
let states: LiveState[];
let gaps: number;
let refusals: number;
let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  Socket.opened = [];
  events = [];
  states = [];
  gaps = 0;
  refusals = 0;
  connection = new LiveConnection({
    address: 'wss://crm.example.com/ws',
    onEvent: (received) => events.push(received),
    onState: (state) => states.push(state),
    onGap: () => {
      gaps += 1;
    },
    onRefused: () => {
      refusals += 1;
    },
    WebSocket: Socket as unknown as typeof WebSocket,
    random: () => 1,
  });
  connection.open();
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

const socket = () => Socket.opened.at(-1)!;

it('hands on events and drops what it cannot read', () => {
  socket().accept();
  socket().say('not json');
  socket().say({ type: 'ping' });
  socket().say(event('1-0'));
  expect(events.map(({ id }) => id)).toEqual(['1-0']);
});

it('comes back after a doubling wait, and goes on after the last event', () => {
  socket().accept();
  socket().say(event('7-0'));
  socket().drop(1006);
  vi.advanceTimersByTime(499);
  expect(Socket.opened).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(Socket.opened).toHaveLength(2);
  expect(socket().url.searchParams.get('lastEventId')).toBe('7-0');
  socket().drop(1006);
  vi.advanceTimersByTime(999);
  expect(Socket.opened).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(Socket.opened).toHaveLength(3);
});

it('waits 30 s at most, and briefly again once it was open', () => {
  for (let attempt = 0; attempt < 12; attempt++) {
    socket().drop(1006);
    vi.advanceTimersByTime(30_000);
  }
  expect(Socket.opened).toHaveLength(13);
  socket().accept();
  socket().drop(1006);
  vi.advanceTimersByTime(500);
  expect(Socket.opened).toHaveLength(14);
});

it('comes back at once when the server restarts', () => {
  socket().accept();
  socket().drop(1012);
  vi.advanceTimersByTime(0);
  expect(Socket.opened).toHaveLength(2);
});

it('does not hammer a server that keeps restarting', () => {
  socket().accept();
  socket().drop(1012);
  vi.advanceTimersByTime(0);
  socket().drop(1012);
  vi.advanceTimersByTime(0);
  expect(Socket.opened).toHaveLength(2);
});

it('says that something was missed when it has no event to go on from, or the server says so', () => {
  socket().accept();
  expect(gaps).toBe(0);
  socket().drop(1006);
  vi.advanceTimersByTime(500);
  socket().accept();
  expect(gaps).toBe(1);
  socket().say({ type: 'replay.gap' });
  expect(gaps).toBe(2);
});

it.each([1008, 4401])('stays closed, and says so, when the session is no longer allowed (%i)', (code) => {
  socket().accept();
  socket().drop(code);
  vi.advanceTimersByTime(60_000);
  expect(Socket.opened).toHaveLength(1);
  expect(states.at(-1)).toBe('closed');
  expect(refusals).toBe(1);
});

it('stays closed when it was told to, which is no refusal', () => {
  socket().accept();
  connection.close();
  vi.advanceTimersByTime(60_000);
  expect(Socket.opened).toHaveLength(1);
  expect([states.at(-1), refusals]).toEqual(['closed', 0]);
});
