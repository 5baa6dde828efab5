import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useText } from '../i18n/i18n.ts';
import { signOut } from '../session/session.ts';

export function SignOut() {
  const { t } = useText();
  const leave = useMutation({ mutationFn: signOut });
  return (
    <Tooltip label={t('signOut')}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('signOut')}
        loading={leave.isPending}
        onClick={() => leave.mutate()}
      >
        <IconLogout size={19} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
