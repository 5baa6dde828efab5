import { describe, expect, it } from 'vitest';
import {
  emptyMemory,
  intend,
  parseMemory,
  prove,
  recall,
  remember,
  runOf,
  versionOf,
  wayBack,
} from './memory.ts';

const began = (...runs: [id: string, version: string][]) =>
  runs.reduce((memory, [id, version]) => remember(memory, 'api', version, id), emptyMemory);

describe('what is remembered of a platform’s deployments', () => {
  it('knows which release a deployment ran, and the newest deployment of a release', () => {
    const memory = began(['d1', 'v1'], ['d2', 'v2'], ['d3', 'v1']);
    expect(versionOf(memory, 'api', 'd2')).toBe('v2');
    expect(versionOf(memory, 'api', 'by hand')).toBeNull();
    expect(runOf(memory, 'api', 'v1')).toBe('d3');
  });

  it('has an intent until the deployment that it announced is known', () => {
    const announced = intend(emptyMemory, 'api', 'v1', 'd0');
    expect(recall(announced, 'api').intent).toEqual({ version: 'v1', newest: 'd0' });
    expect(recall(remember(announced, 'api', 'v1', 'd1'), 'api').intent).toBeUndefined();
  });

  it('keeps the last twenty runs', () => {
    const memory = began(...Array.from({ length: 30 }, (_, i): [string, string] => [`d${i}`, `v${i}`]));
    expect(recall(memory, 'api').runs).toHaveLength(20);
    expect(versionOf(memory, 'api', 'd29')).toBe('v29');
  });

  it('survives being written and read', () => {
    const memory = prove(began(['d1', 'v1']), 'api', 'v1');
    expect(parseMemory(JSON.stringify(memory))).toEqual(memory);
  });

  it('is empty where nothing was written, and an error where something else was', () => {
    expect(parseMemory(undefined)).toEqual(emptyMemory);
    expect(() => parseMemory('{"format":2}')).toThrow();
    expect(() => parseMemory('not a memory')).toThrow();
  });
});

describe('the deployment to go back to', () => {
  const proven = prove(began(['d1', 'v1'], ['d2', 'v2']), 'api', 'v1');

  it('is the one that serves, when its release has come up as a whole', () => {
    expect(wayBack(proven, 'api', 'v2', 'd1')).toBe('d1');
  });

  it('is one that someone began by hand, when that serves', () => {
    expect(wayBack(proven, 'api', 'v2', 'by hand')).toBe('by hand');
  });

  it('is the last proven one, when the failing release itself serves', () => {
    expect(wayBack(proven, 'api', 'v2', 'd2')).toBe('d1');
  });

  it('is not a release that never came up as a whole, when there is a better one', () => {
    expect(wayBack(proven, 'api', 'v3', 'd2')).toBe('d1');
  });

  it('is none, when only the failing release was ever begun', () => {
    expect(wayBack(began(['d1', 'v1']), 'api', 'v1', 'd1')).toBeNull();
  });
});
