import { Menu, UnstyledButton } from '@mantine/core';
import { IconLogout, IconSettings } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { signOut } from '../session/session.ts';
import { useMe } from '../session/use-me.ts';
import { showProblem } from '../ui/show-problem.ts';
import { Initials } from '../users/initials.tsx';
import { PreferenceItems } from './preferences.tsx';
import classes from './shell.module.css';

/** Who is signed in; opens settings, language and look, and the way out. */
export function UserMenu() {
  const { t } = useText();
  const me = useMe();
  const leave = useMutation({ mutationFn: signOut, onError: showProblem });
  return (
    <Menu position="top-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.user}>
          <Initials name={me.name} size={30} />
          <span className={classes.who}>
            {me.name}
            <small>{me.orgName}</small>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconSettings size={16} stroke={1.7} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/settings/profile" />}
        >
          {t('settings.title')}
        </Menu.Item>
        <Menu.Divider />
        <PreferenceItems />
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} stroke={1.7} aria-hidden />}
          disabled={leave.isPending}
          onClick={() => leave.mutate()}
        >
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
