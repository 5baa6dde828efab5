import { Button, Group, type MantineColor } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { translate } from '../i18n/i18n.ts';

interface Offer {
  /** Of two offers about the same, the later one replaces the earlier. */
  about: string;
  /** What was done. */
  message: string;
  color?: MantineColor;
  undo(): void;
}

/** How long an offer stands; it waits while the pointer is on it. */
const undoMs = 10_000;

/** The offers that are on the screen, the newest last. */
const offers = new Map<string, Offer>();
let made = 0;

/** Says what was done, and offers to undo it for 10 s: by a button, or by Ctrl Z where it is the last one. */
export function offerUndo(offer: Offer): void {
  for (const [id, { about }] of offers) if (about === offer.about) notifications.hide(id);
  const id = `undo-${++made}`;
  offers.set(id, offer);
  notifications.show({
    id,
    color: offer.color,
    autoClose: undoMs,
    onClose: () => offers.delete(id),
    message: (
      <Group justify="space-between" wrap="nowrap" gap={12}>
        {offer.message}
        <Button
          size="compact-sm"
          variant="subtle"
          flex="none"
          aria-keyshortcuts="Control+Z"
          onClick={() => take(id)}
        >
          {translate('undo.undo')}
        </Button>
      </Group>
    ),
  });
}

export const hasUndo = (): boolean => offers.size > 0;

/** Undoes what the newest offer on the screen is about, if there is one. */
export function undoLast(): void {
  const newest = [...offers.keys()].at(-1);
  if (newest !== undefined) take(newest);
}

function take(id: string): void {
  const offer = offers.get(id);
  notifications.hide(id);
  offer?.undo();
}
