import {
  type Icon,
  IconAddressBook,
  IconBuilding,
  IconChecks,
  IconLayoutKanban,
  IconMail,
  IconSunHigh,
  IconTemplate,
  IconUserSearch,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { MessageKey } from '../i18n/catalog.ts';

export interface Destination {
  to: NonNullable<LinkProps['to']>;
  label: MessageKey;
  /** Where else its screens are, such as one record's. */
  also?: string;
  icon: Icon;
  /** The shortcut that goes there. */
  keys: string;
}

/** The client's main places, in the order in which they are shown; a phone shows the first four and the rest in a menu. */
export const destinations: Destination[] = [
  { to: '/', label: 'nav.home', icon: IconSunHigh, keys: 'g h' },
  { to: '/leads', label: 'nav.leads', icon: IconUserSearch, keys: 'g l' },
  { to: '/pipeline', also: '/deals', label: 'nav.pipeline', icon: IconLayoutKanban, keys: 'g p' },
  { to: '/tasks', label: 'nav.tasks', icon: IconChecks, keys: 'g t' },
  { to: '/contacts', label: 'nav.contacts', icon: IconAddressBook, keys: 'g c' },
  { to: '/companies', label: 'nav.companies', icon: IconBuilding, keys: 'g e' },
  { to: '/emails', label: 'nav.emails', icon: IconMail, keys: 'g m' },
];

/** Places behind one of the main ones, to which ⌘K leads too. */
export const furtherPlaces: Omit<Destination, 'keys'>[] = [
  { to: '/emails/templates', label: 'templates.title', icon: IconTemplate },
];

/** Whether a path is one of the other places of a destination. */
export const isAlso = ({ also }: Pick<Destination, 'also'>, path: string): boolean =>
  also !== undefined && (path === also || path.startsWith(`${also}/`));
