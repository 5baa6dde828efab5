import { Button } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconCloudOff, IconSparkles } from '@tabler/icons-react';
import { useNewRelease } from '../api/release.ts';
import { useText } from '../i18n/i18n.ts';
import classes from './shell.module.css';

/** Says that the browser is offline (what was loaded stays on the screen), or that a newer client is ready. */
export function ConnectionBanner() {
  const { t } = useText();
  const { online } = useNetwork();
  const newRelease = useNewRelease();
  return (
    <div role="status">
      {!online && (
        <div className={classes.banner}>
          <IconCloudOff size={18} stroke={1.7} aria-hidden />
          {t('offline.banner')}
        </div>
      )}
      {online && newRelease && (
        <div className={classes.banner} data-kind="news">
          <IconSparkles size={18} stroke={1.7} aria-hidden />
          {t('release.new')}
          <Button size="compact-sm" variant="default" ml="auto" onClick={() => window.location.reload()}>
            {t('action.reload')}
          </Button>
        </div>
      )}
    </div>
  );
}
