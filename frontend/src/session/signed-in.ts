import { storage } from '../browser/storage.ts';

/** The static shell of the next visit shows the frame of the screens, or the door. */
export function rememberSignedIn(signedIn: boolean): void {
  storage.set('signedIn', signedIn ? '1' : null);
}
