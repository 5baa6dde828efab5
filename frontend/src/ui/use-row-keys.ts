import { useRef } from 'react';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';

/**
 * `J` and `K` go from row to row of a table; Enter then opens the row's link, and `X` chooses the row where rows can be.
 * Gives the table's ref.
 */
export function useRowKeys(choosable = false) {
  const table = useRef<HTMLTableElement>(null);
  const go = (by: number) => {
    const links = [...(table.current?.querySelectorAll<HTMLElement>('tbody th a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[
      at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))
    ]?.focus();
  };
  const choose = () =>
    document.activeElement?.closest('tr')?.querySelector<HTMLElement>('input[data-choose]')?.click();
  useShortcuts([
    { keys: 'j', label: 'shortcuts.next', run: () => go(1) },
    { keys: 'k', label: 'shortcuts.previous', run: () => go(-1) },
    ...(choosable ? [{ keys: 'x', label: 'shortcuts.choose' as const, run: choose }] : []),
  ]);
  return table;
}
