import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { openBackups } from './place.ts';

/** Milliseconds after which a deploy does not wait for the store any longer. */
const patience = 10_000;

/**
 * Writes down beside the environment's backups who is to be able to open them from now on, so that the service that makes them notices when it was
 * told of others. It only notes where that can't be: whatever it is a part of goes on.
 */
export async function stateRecipients(
  session: Session,
  { reporter }: { readonly reporter: Pick<Reporter, 'note'> },
): Promise<void> {
  if (!session.environment.backups) return;
  try {
    const [place, library] = await Promise.all([openBackups(session), import('conductor-backup/recipients')]);
    const { store, scope } = place;
    try {
      const { recipients } = await place.sealing();
      await inTime(library.stateRecipients(store, scope, recipients), store.name);
    } finally {
      store.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reporter.note(
      `Who is to be able to open the backups of ${session.name} could not be written down: ${why}`,
    );
  }
}

/** A store that says nothing may be waited for by what needs it; this can be said by the next deploy. */
async function inTime(work: Promise<void>, store: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${store} did not answer for ${patience / 1_000} s.`)),
      patience,
    );
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
