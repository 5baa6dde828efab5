import { useEffect, useRef } from 'react';
import { storage } from '../browser/storage.ts';
import { Registry, type Shortcut } from './registry.ts';

export const registry = new Registry();

/** Whether shortcuts of a single key are on; they can be switched off (WCAG 2.1.4). */
export const plainKeys = {
  on: () => storage.get('shortcuts') !== 'off',
  set: (on: boolean) => storage.set('shortcuts', on ? null : 'off'),
};

/** Makes shortcuts work while the calling component is on the screen. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const keys = shortcuts.map((one) => one.keys).join('|');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the keys, not of the functions, registers anew
  useEffect(
    () =>
      registry.add(latest.current.map((one, index) => ({ ...one, run: () => latest.current[index]?.run() }))),
    [keys],
  );
}

/** Listens for the whole page. Keys typed into a field, or while a dialog is open, are not shortcuts. */
export function listenForShortcuts(): () => void {
  const listener = (event: KeyboardEvent) => {
    const busy = isTyping(event.target) || document.querySelector('[aria-modal="true"]') !== null;
    const shortcut = registry.press(event, plainKeys.on() && !busy);
    if (!shortcut || event.defaultPrevented) return;
    event.preventDefault();
    shortcut.run();
  };
  window.addEventListener('keydown', listener);
  return () => window.removeEventListener('keydown', listener);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
