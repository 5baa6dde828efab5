import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Behaviour, MemoryPlace } from '../../test/memory-target.ts';
import type { Service } from '../model/service.ts';
import { type Naming, verify } from './verify.ts';

const version = 'v20260101_000000';
let place: MemoryPlace;
beforeEach(async () => {
  place = await MemoryPlace.open();
});
afterEach(() => place.close());

/** Has a service that behaves so serve the release, and looks whether it is seen; not for long, where it never will be. */
function look(behaviour: Behaviour, nameless = false): Promise<ReadonlyMap<string, Naming>> {
  const service: Service = {
    name: 'web',
    root: '.',
    start: ['true'],
    paths: ['/'],
    replicas: 1,
    drain: 1,
    singleton: false,
    variables: { BEHAVIOUR: { kind: 'plain', value: behaviour } },
  };
  const release = {
    version,
    commit: null,
    dirty: true,
    environment: 'test',
    createdAt: '2026-01-01T00:00:00.000Z',
    stores: [],
  };
  place.live = { release, services: [service] };
  const route = { service: 'web', url: `${place.url}/health`, health: true };
  return verify([route], version, { deadline: 0.3, nameless });
}

describe('a release is seen through its public address', () => {
  it('when it answers five times in a row, each time with its own version', async () => {
    await look('good');
    expect(place.asked).toBe(5);
  });

  it('also when the one who looks was stopped meanwhile: that time was nobody’s to answer in', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    place.onAsked = (times) => {
      // The first answer is a bad one, and it comes a minute later.
      if (times === 1) vi.setSystemTime(Date.now() + 60_000);
      return times > 1;
    };
    await look('good');
    expect(place.asked).toBe(6);
  });

  it('also when it names no version, where somebody else knows which one it is', async () => {
    expect(await look('nameless', true)).toEqual(new Map([['web', 'nameless']]));
    expect(await look('good', true)).toEqual(new Map([['web', 'named']]));
    expect(place.asked).toBe(10);
  });

  it.each([
    ['impostor', 'is still answered by v00000000_000000'],
    ['errors', 'answered 500'],
    ['forgetful', 'answers now with X-Release and now without'],
  ] as const)('not even then where it is %s', async (behaviour, said) => {
    await expect(look(behaviour, true)).rejects.toMatchObject({
      message: expect.stringContaining(`web: ${place.url}/health ${said}`),
    });
  });

  it('tells what it was answered, also where nothing answers in the end', async () => {
    place.onAsked = (times) => {
      if (times === 2) place.silent = true;
      return true;
    };
    await expect(look('nameless')).rejects.toMatchObject({
      message: expect.stringMatching(/answers without X-Release.*; at the last try it did not answer/),
    });
  });

  it.each([
    ['impostor', 'another version answers, however well', 'is still answered by v00000000_000000'],
    ['nameless', 'nobody says which version answers', 'answers without X-Release'],
    ['errors', 'it answers with errors', 'answered 500'],
    ['fickle', 'it answers well four times only', 'answered 500'],
    ['moody', 'it answers well often, and never five times in a row', 'answered 500'],
  ] as const)('not where it is %s: %s', async (behaviour, _why, said) => {
    await expect(look(behaviour)).rejects.toMatchObject({
      code: 'verify.not-seen',
      exit: 4,
      message: expect.stringContaining(`web: ${place.url}/health ${said}`),
    });
  });
});
