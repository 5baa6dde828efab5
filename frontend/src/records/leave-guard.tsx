import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { useText } from '../i18n/i18n.ts';

interface Props {
  /** Whether something was written that is not saved. */
  unsaved: boolean;
  /** Set where the screen itself leaves, having saved or deleted what was written. */
  leaving: RefObject<boolean>;
}

/** Asks before somebody leaves a screen with what they wrote on it; the browser asks where its tab is closed. */
export function LeaveGuard({ unsaved, leaving }: Props) {
  const { t } = useText();
  const holds = () => unsaved && !leaving.current;
  const blocker = useBlocker({ shouldBlockFn: holds, enableBeforeUnload: holds, withResolver: true });
  return (
    <Modal opened={blocker.status === 'blocked'} onClose={() => blocker.reset?.()} title={t('leave.title')}>
      <Stack gap={18}>
        <Text>{t('leave.text')}</Text>
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={() => blocker.proceed?.()}>
            {t('leave.leave')}
          </Button>
          <Button data-autofocus onClick={() => blocker.reset?.()}>
            {t('leave.stay')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
