import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { useText } from '../i18n/i18n.ts';
import { Door } from '../session/door.tsx';
import { Blank } from '../ui/blank.tsx';

/** The same outside the frame of the screens, for addresses that nothing has. */
export function NotFoundDoor() {
  const { t } = useText();
  return (
    <Door title={t('notFound.title')} text={t('notFound.text')}>
      <Button component="a" href="/" variant="default" mt={20}>
        {t('notFound.back')}
      </Button>
    </Door>
  );
}

/** In place of a record or screen that is not there, or not for this person. */
export function NotFoundScreen() {
  const { t } = useText();
  return (
    <Blank icon={IconMapOff} title={t('notFound.title')} text={t('notFound.text')}>
      <Button component="a" href="/" variant="default">
        {t('notFound.back')}
      </Button>
    </Blank>
  );
}
