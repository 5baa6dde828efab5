import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from './show-problem.ts';

/** What is asked before something that cannot be undone. */
export interface Question {
  title: string;
  text: string;
  /** The word on the button that does it. */
  sure: string;
  act(): Promise<unknown>;
}

interface Props {
  /** Undefined while nothing is asked. */
  question: Question | undefined;
  onClose(): void;
}

/** Asks once more; the button that cancels has the focus. It stays open where the act fails, and says why. */
export function ConfirmDialog({ question, onClose }: Props) {
  return (
    <Modal opened={question !== undefined} onClose={onClose} title={question?.title}>
      {question && <Choice {...question} onClose={onClose} />}
    </Modal>
  );
}

function Choice({ text, sure, act, onClose }: Question & Pick<Props, 'onClose'>) {
  const { t } = useText();
  const acting = useMutation({ mutationFn: act, onSuccess: onClose, onError: showProblem });
  return (
    <Stack gap={18}>
      <Text>{text}</Text>
      <Group justify="flex-end" gap={8}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button color="red.9" loading={acting.isPending} onClick={() => acting.mutate()}>
          {sure}
        </Button>
      </Group>
    </Stack>
  );
}
