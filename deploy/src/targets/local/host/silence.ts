/** ms between two signs of life of host and keeper to each other. */
export const beat = 1_000;
/** Beats that may fail to come before the other one is taken to hang. */
const patience = 10;

/** Tells when nothing has come from the other side for too long. */
export interface Watch {
  /** Something came. */
  heard(): void;
  end(): void;
  /** Begins anew, also after its end. */
  restart(): void;
}

/**
 * Calls `onSilence` once when nothing is heard for 10 s. What is counted are beats of our own: a machine that slept, or a process that
 * was stopped itself, does not take the other side for one that hangs.
 */
export function watchForSilence(onSilence: () => void): Watch {
  let missed = 0;
  let timer: NodeJS.Timeout;
  const heard = () => {
    missed = 0;
  };
  const end = () => clearInterval(timer);
  const restart = () => {
    end();
    heard();
    timer = setInterval(() => {
      if (++missed < patience) return;
      end();
      onSilence();
    }, beat).unref();
  };
  restart();
  return { heard, end, restart };
}
