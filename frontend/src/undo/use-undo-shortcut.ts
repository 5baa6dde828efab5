import type { Shortcut } from '../shortcuts/registry.ts';
import { isBusy, useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { hasUndo, undoLast } from './offer-undo.tsx';

/** Ctrl Z (⌘Z) undoes the last thing that the screen offers to undo. In a text field it stays the browser's. */
export const undoShortcut: Shortcut = {
  keys: 'mod+z',
  label: 'undo.last',
  when: () => hasUndo() && !isBusy(),
  run: undoLast,
};

export function useUndoShortcut(): void {
  useShortcuts([undoShortcut]);
}
