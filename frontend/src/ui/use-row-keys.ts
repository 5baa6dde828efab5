import { useRef } from 'react';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';

/** `J` and `K` go from row to row of a table; Enter then opens the row's link. Gives the table's ref. */
export function useRowKeys() {
  const table = useRef<HTMLTableElement>(null);
  const go = (by: number) => {
    const links = [...(table.current?.querySelectorAll<HTMLElement>('tbody th a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[
      at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))
    ]?.focus();
  };
  useShortcuts([
    { keys: 'j', label: 'shortcuts.next', run: () => go(1) },
    { keys: 'k', label: 'shortcuts.previous', run: () => go(-1) },
  ]);
  return table;
}
