import { IconBrandWhatsapp } from '@tabler/icons-react';
import { useText } from '../i18n/i18n.ts';
import { phoneText, whatsappAddress } from './phone.ts';
import classes from './reach.module.css';

/** How to reach somebody: write, call, or open WhatsApp, which is how most people answer. */
export function Reach({ email, phone }: { email?: string | null; phone?: string | null }) {
  const { t } = useText();
  return (
    <span className={classes.reach}>
      {email && <a href={`mailto:${email}`}>{email}</a>}
      {phone && (
        <span>
          <a href={`tel:${phone}`}>{phoneText(phone)}</a>
          <a
            href={whatsappAddress(phone)}
            target="_blank"
            rel="noreferrer"
            aria-label={t('reach.whatsapp', { phone: phoneText(phone) })}
            className={classes.whatsapp}
          >
            <IconBrandWhatsapp size={17} stroke={1.7} aria-hidden />
          </a>
        </span>
      )}
    </span>
  );
}
