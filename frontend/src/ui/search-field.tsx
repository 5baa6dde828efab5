import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';

interface Props {
  label: string;
  value: string | undefined;
  onChange(q: string | undefined): void;
  className?: string;
}

/** The search of a list; asks a moment after the last letter, and `/` goes there. */
export function SearchField({ label, value, onChange, className }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const searchSoon = useDebouncedCallback((q: string) => onChange(q.trim() || undefined), 250);
  useShortcuts([{ keys: '/', label: 'shortcuts.filter', run: () => input.current?.focus() }]);
  return (
    <TextInput
      // An emptied search (such as by "clear filters") empties the field; typing must not replace it.
      key={value === undefined && document.activeElement !== input.current ? 'empty' : 'typed'}
      ref={input}
      className={className}
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      defaultValue={value}
      onChange={(event) => searchSoon(event.currentTarget.value)}
    />
  );
}
