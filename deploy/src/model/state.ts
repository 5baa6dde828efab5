/** Every word that the state of a service's release can be. What a platform says beyond them is `unknown`, never success. */
export type State =
  | 'pending'
  | 'building'
  | 'releasing'
  | 'starting'
  | 'live'
  | 'failed'
  | 'canceled'
  | 'superseded'
  /** Told to end: it does not run, and is not to. */
  | 'stopped'
  | 'unknown';
