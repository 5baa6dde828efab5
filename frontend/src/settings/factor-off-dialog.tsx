import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';

export interface Colleague {
  id: string;
  name: string;
}

interface Props {
  /** Whose second factor it is; undefined while nobody is asked. */
  of: Colleague | undefined;
  onClose(): void;
}

/** Asks before a colleague's second factor is taken away: whoever pretends to be them asks for just that. */
export function FactorOffDialog({ of, onClose }: Props) {
  const { t } = useText();
  return (
    <Modal
      opened={of !== undefined}
      onClose={onClose}
      title={of && t('people.factorOff.title', { name: of.name })}
    >
      {of && <Question {...of} onClose={onClose} />}
    </Modal>
  );
}

function Question({ id, name, onClose }: Colleague & Pick<Props, 'onClose'>) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const takeAway = useMutation({
    mutationFn: () => ask('DELETE /users/{id}/second-factor', { path: { id } }),
    onSuccess: () => {
      notifications.show({ message: t('people.factorOff.done', { name }) });
      onClose();
      return queryClient.invalidateQueries({ queryKey: ['user'] });
    },
    onError: showProblem,
  });
  return (
    <Stack gap={18}>
      <Text>{t('people.factorOff.text', { name })}</Text>
      <Group justify="flex-end" gap={8}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button color="red.9" loading={takeAway.isPending} onClick={() => takeAway.mutate()}>
          {t('people.factorOff.sure')}
        </Button>
      </Group>
    </Stack>
  );
}
