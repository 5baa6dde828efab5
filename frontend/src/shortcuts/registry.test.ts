import { expect, it } from 'vitest';
import { type KeyPress, Registry, type Shortcut } from './registry.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});
const shortcut = (keys: string): Shortcut => ({ keys, label: 'nav.leads', run() {} });

it('knows keys, keys with ⌘ or Ctrl, and keys one after another', () => {
  const registry = new Registry();
  registry.add([shortcut('mod+k'), shortcut('/'), shortcut('g l'), shortcut('g p')]);
  expect(registry.press(press('k', { ctrlKey: true }), true)?.keys).toBe('mod+k');
  expect(registry.press(press('k', { metaKey: true }), true)?.keys).toBe('mod+k');
  expect(registry.press(press('K', { ctrlKey: true, shiftKey: true }), true)).toBeUndefined();
  expect(registry.press(press('/'), true)?.keys).toBe('/');
  expect(registry.press(press('g'), true)).toBeUndefined();
  expect(registry.press(press('p'), true)?.keys).toBe('g p');
  expect(registry.press(press('p'), true)).toBeUndefined();
});

it('forgets a beginning after a moment', () => {
  const registry = new Registry();
  registry.add([shortcut('g l'), shortcut('l')]);
  registry.press(press('g'), true, 0);
  expect(registry.press(press('l'), true, 1000)?.keys).toBe('g l');
  registry.press(press('g'), true, 2000);
  expect(registry.press(press('l'), true, 4000)?.keys).toBe('l');
});

it('leaves plain keys alone when they are switched off', () => {
  const registry = new Registry();
  registry.add([shortcut('/'), shortcut('mod+k')]);
  expect(registry.press(press('/'), false)).toBeUndefined();
  expect(registry.press(press('k', { ctrlKey: true }), false)?.keys).toBe('mod+k');
});

it('means the screen on top, and the one below again when that is gone', () => {
  const registry = new Registry();
  const below = shortcut('n');
  registry.add([below]);
  const above = shortcut('n');
  const end = registry.add([above]);
  expect(registry.press(press('n'), true)).toBe(above);
  expect(registry.list()).toEqual([above]);
  end();
  expect(registry.press(press('n'), true)).toBe(below);
});
