import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';

interface Versioned {
  id: string;
  version: number;
}

/** A change that met somebody else's: what we wanted, and the record as it is now. */
export interface Conflict<Row, Patch> {
  patch: Patch;
  /** The fields that both changed. */
  open: Partial<Patch>;
  current: Row;
}

interface Options<Row extends Versioned, Patch> {
  entity: string;
  record: Row;
  send(patch: Patch, version: number): Promise<Row>;
}

/**
 * Changes one record from the version on screen. Another person's change in between (412) becomes a `conflict` for the
 * person to settle; every other failure is thrown to the field that asked.
 */
export function usePatch<Row extends Versioned, Patch extends object>({
  entity,
  record,
  send,
}: Options<Row, Patch>) {
  const queryClient = useQueryClient();
  const [conflict, setConflict] = useState<Conflict<Row, Patch>>();

  const keep = (row: Row) => {
    queryClient.setQueryData([entity, row.id], row);
    void queryClient.invalidateQueries({ queryKey: [entity, 'list'] });
    void queryClient.invalidateQueries({ queryKey: ['activity'] });
  };

  const save = async (patch: Patch, version = record.version): Promise<void> => {
    try {
      keep(await send(patch, version));
      setConflict(undefined);
    } catch (error) {
      const current =
        error instanceof Problem && error.status === 412 ? (error.body.current as Row) : undefined;
      if (!current) throw error;
      const open = unsettled(patch, record, current);
      if (Object.keys(open).length === 0) return save(patch, current.version);
      queryClient.setQueryData([entity, current.id], current);
      setConflict({ patch, open, current });
    }
  };
  return { save, conflict, dismiss: () => setConflict(undefined) };
}

/** The fields of a patch that somebody else changed too, and differently. Others can be saved without a question. */
export function unsettled<Patch extends object>(patch: Patch, base: object, current: object): Partial<Patch> {
  const of = (row: object, field: string) => JSON.stringify((row as Record<string, unknown>)[field] ?? null);
  return Object.fromEntries(
    Object.entries(patch).filter(
      ([field, mine]) =>
        of(base, field) !== of(current, field) && of(current, field) !== JSON.stringify(mine ?? null),
    ),
  ) as Partial<Patch>;
}
