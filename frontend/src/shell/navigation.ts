import { type Icon, IconUserSearch } from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { MessageKey } from '../i18n/catalog.ts';

export interface Destination {
  to: NonNullable<LinkProps['to']>;
  label: MessageKey;
  icon: Icon;
  /** The shortcut that goes there. */
  keys: string;
}

/** The client's main places, in the order in which they are shown. */
export const destinations: Destination[] = [
  { to: '/leads', label: 'nav.leads', icon: IconUserSearch, keys: 'g l' },
];
