import { useDebouncedCallback } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { ask } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import type { Email } from './emails-query.ts';
import { bodyOf, type Draft } from './letter.ts';

const autosaveMs = 2000;

/**
 * A letter that is saved as a draft while it is written, so that a closed tab loses at most two seconds of it. One save
 * follows another: each is based on the version that the one before it made.
 */
export function useLetter(begun: Email | null, empty: Draft, links: RecordLink[]) {
  const [draft, setDraft] = useState(empty);
  const [saved, setSaved] = useState<Date | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const known = useRef<{ id: string; version: number } | null>(begun);
  const latest = useRef(empty);
  const dirty = useRef(false);
  const running = useRef<Promise<unknown>>(Promise.resolve());

  const saveNow = async (): Promise<{ id: string; version: number }> => {
    const work = async () => {
      if (!dirty.current && known.current) return known.current;
      dirty.current = false;
      const body = bodyOf(latest.current);
      try {
        const { id, version } = known.current
          ? await ask('PATCH /emails/{id}', {
              path: { id: known.current.id },
              version: known.current.version,
              body,
            })
          : await ask('POST /emails', { body: { ...body, links } });
        known.current = { id, version };
        setSaved(new Date());
        setProblem(null);
        return known.current;
      } catch (error) {
        dirty.current = true;
        setProblem(error);
        throw error;
      }
    };
    const next = running.current.then(work, work);
    running.current = next.catch(() => {});
    return next;
  };
  const soon = useDebouncedCallback(() => void saveNow().catch(() => {}), {
    delay: autosaveMs,
    flushOnUnmount: true,
  });
  return {
    draft,
    saved,
    problem,
    change(part: Partial<Draft>) {
      latest.current = { ...latest.current, ...part };
      dirty.current = true;
      setDraft(latest.current);
      soon();
    },
    /** Saves what is not saved yet, and gives what is to be sent. */
    async settle() {
      soon.cancel();
      return saveNow();
    },
    /** Begins anew, after a letter was sent. */
    reset(next: Draft) {
      soon.cancel();
      known.current = null;
      dirty.current = false;
      latest.current = next;
      setSaved(null);
      setDraft(next);
    },
  };
}
