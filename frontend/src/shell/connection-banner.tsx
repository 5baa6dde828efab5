import { useNetwork } from '@mantine/hooks';
import { IconCloudOff } from '@tabler/icons-react';
import { useText } from '../i18n/i18n.ts';
import classes from './shell.module.css';

/** Says that the browser is offline; what was loaded stays on the screen. */
export function ConnectionBanner() {
  const { t } = useText();
  const { online } = useNetwork();
  return (
    <div role="status">
      {!online && (
        <div className={classes.banner}>
          <IconCloudOff size={18} stroke={1.7} aria-hidden />
          {t('offline.banner')}
        </div>
      )}
    </div>
  );
}
