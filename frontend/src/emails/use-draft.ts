import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { storage } from '../browser/storage.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import type { Letter } from './mailto.ts';

const autosaveMs = 2000;

/** A letter that is kept in this browser while it is written, so that a closed tab loses at most two seconds of it. */
export function useDraft(link: RecordLink, empty: Letter) {
  const name = `letter.${link.entity}.${link.id}`;
  const [letter, setLetter] = useState<Letter>(() => ({ ...empty, ...read(name) }));
  const keep = useDebouncedCallback((next: Letter) => storage.set(name, JSON.stringify(next)), {
    delay: autosaveMs,
    flushOnUnmount: true,
  });
  return {
    letter,
    change(part: Partial<Letter>) {
      const next = { ...letter, ...part };
      setLetter(next);
      keep(next);
    },
    discard() {
      keep.cancel();
      storage.set(name, null);
      setLetter(empty);
    },
  };
}

function read(name: string): Partial<Letter> {
  try {
    const kept: unknown = JSON.parse(storage.get(name) ?? '{}');
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch {
    // Not ours, or cut off: a letter that can't be read is as good as none.
    return {};
  }
}
