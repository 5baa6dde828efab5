import { useQueries } from '@tanstack/react-query';
import { contactById, contactName, primary } from '../contacts/contacts-query.ts';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { Card } from '../records/record-layout.tsx';
import { Reach } from '../ui/reach.tsx';
import classes from './deal-contacts.module.css';
import type { Deal } from './deals-query.ts';

/** The people of a deal, what each has to say in it, and how to reach them. */
export function DealContacts({ deal }: { deal: Deal }) {
  const { t } = useText();
  const contacts = useQueries({ queries: deal.contacts.map(({ contactId }) => contactById(contactId)) });
  return (
    <Card title={t('deals.field.contacts')}>
      {deal.contacts.length === 0 && <p className={classes.none}>{t('deals.noContacts')}</p>}
      <ul className={classes.list}>
        {deal.contacts.map(({ contactId, role }, index) => {
          const contact = contacts[index]?.data;
          return (
            <li key={contactId}>
              <LinkTo link={{ entity: 'contact', id: contactId }}>
                {contact ? contactName(contact) : '…'}
              </LinkTo>
              <small>{t(`role.${role}`)}</small>
              {contact && <Reach email={primary(contact.emails)?.value} phone={contact.phones[0]?.e164} />}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
