import type { Handler } from '../queue/work.ts';

interface Sender {
  send(id: string): Promise<void>;
  sweep(): Promise<number>;
}

/** Sends one letter of the CRM itself. */
export const sendLetter =
  (letters: Sender): Handler<'letters.send'> =>
  ({ letterId }) =>
    letters.send(letterId);

/** Looks after letters that are due, or that a dead worker had. */
export const sweepLetters =
  (...senders: Sender[]): Handler<'letters.sweep'> =>
  async () => {
    for (const sender of senders) await sender.sweep();
  };
