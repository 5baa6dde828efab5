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
      registry.add(
        latest.current.map((one, index) => ({
          ...one,
          run: () => latest.current[index]?.run(),
          when: () => latest.current[index]?.when?.() ?? true,
        })),
      ),
    [keys],
  );
}

/** Listens for the whole page. Keys typed into a field, or while a dialog is open, are not shortcuts. */
export function listenForShortcuts(): () => void {
  const listener = (event: KeyboardEvent) => {
    const shortcut = registry.press(event, plainKeys.on() && !isBusy());
    if (!shortcut || event.defaultPrevented || shortcut.when?.() === false) return;
    event.preventDefault();
    shortcut.run();
  };
  window.addEventListener('keydown', listener);
  return () => window.removeEventListener('keydown', listener);
}

/** Whether keys belong to a field in which somebody types, or to a dialog that is open. */
export function isBusy(): boolean {
  return isTyping(document.activeElement) || document.querySelector('[aria-modal="true"]') !== null;
}

/** Boxes and switches take no text: after ticking one, keys are shortcuts again. */
function isTyping(element: Element | null): boolean {
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable ||
      element.matches('textarea, select, input:not([type=checkbox], [type=radio])'))
  );
}
