import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';

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
