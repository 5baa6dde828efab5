import { Menu, UnstyledButton } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { type Destination, destinations, isAlso } from './navigation.ts';
import classes from './shell.module.css';

const onPhone = 4;

/** The main places; a phone shows the first few in a bar below, and the others in a menu. */
export function MainNavigation() {
  const { t } = useText();
  return (
    <nav aria-label={t('nav.label')} className={classes.navArea}>
      <ul className={classes.nav}>
        {destinations.map((destination, index) => (
          <li key={destination.to} data-later={index >= onPhone || undefined}>
            <Place {...destination} />
          </li>
        ))}
        <li className={classes.more}>
          <Menu position="top-end" width={200}>
            <Menu.Target>
              <UnstyledButton className={classes.link}>
                <IconDots size={19} stroke={1.7} aria-hidden />
                {t('nav.more')}
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {destinations.slice(onPhone).map(({ to, label, icon: Icon }) => (
                <Menu.Item
                  key={to}
                  h={44}
                  leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
                  renderRoot={(props) => <Link {...props} to={to} />}
                >
                  {t(label)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </li>
      </ul>
    </nav>
  );
}

function Place({ to, also, label, icon: Icon }: Destination) {
  const { t } = useText();
  const elsewhere = useRouterState({ select: ({ location }) => isAlso({ also }, location.pathname) });
  return (
    <Link
      to={to}
      className={classes.link}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      aria-current={elsewhere ? 'page' : undefined}
    >
      <Icon size={19} stroke={1.7} aria-hidden />
      {t(label)}
    </Link>
  );
}
