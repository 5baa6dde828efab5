import { ActionIcon, NativeSelect } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQueries } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { ContactPicker } from '../contacts/contact-picker.tsx';
import { contactById, contactName, primary } from '../contacts/contacts-query.ts';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { Card } from '../records/record-layout.tsx';
import { usePatch } from '../records/use-patch.ts';
import { Reach } from '../ui/reach.tsx';
import { showProblem } from '../ui/show-problem.ts';
import classes from './deal-contacts.module.css';
import type { Deal } from './deals-query.ts';

type Role = Deal['contacts'][number]['role'];
const roles = ['decision_maker', 'champion', 'influencer', 'user', 'other'] as const satisfies Role[];

/** The people of a deal, what each has to say in it, and how to reach them; an open deal's can be changed. */
export function DealContacts({ deal }: { deal: Deal }) {
  const { t } = useText();
  const contacts = useQueries({ queries: deal.contacts.map(({ contactId }) => contactById(contactId)) });
  const { save } = usePatch<Deal, { contacts: Deal['contacts'] }>({
    entity: 'deal',
    record: deal,
    send: (body, version) => ask('PATCH /deals/{id}', { path: { id: deal.id }, body, version }),
  });
  const change = useMutation({
    mutationFn: (next: Deal['contacts']) => save({ contacts: next }),
    onError: showProblem,
  });
  const open = deal.status === 'open';
  return (
    <Card title={t('deals.field.contacts')}>
      {deal.contacts.length === 0 && <p className={classes.none}>{t('deals.noContacts')}</p>}
      <ul className={classes.list}>
        {deal.contacts.map(({ contactId, role }, index) => {
          const contact = contacts[index]?.data;
          const name = contact ? contactName(contact) : t('link.contact');
          const others = deal.contacts.filter((one) => one.contactId !== contactId);
          return (
            <li key={contactId}>
              <div className={classes.person}>
                <LinkTo link={{ entity: 'contact', id: contactId }} />
                {open ? (
                  <>
                    <NativeSelect
                      size="xs"
                      aria-label={t('deals.contactRole', { name })}
                      disabled={change.isPending}
                      data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
                      value={role}
                      onChange={(event) => {
                        const next = event.currentTarget.value as Role;
                        change.mutate(
                          deal.contacts.map((one) =>
                            one.contactId === contactId ? { ...one, role: next } : one,
                          ),
                        );
                      }}
                    />
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      disabled={change.isPending}
                      aria-label={t('deals.removeContact', { name })}
                      onClick={() => change.mutate(others)}
                    >
                      <IconX size={16} stroke={1.7} />
                    </ActionIcon>
                  </>
                ) : (
                  <small>{t(`role.${role}`)}</small>
                )}
              </div>
              {contact && <Reach email={primary(contact.emails)?.value} phone={contact.phones[0]?.e164} />}
            </li>
          );
        })}
      </ul>
      {open && deal.contacts.length < 20 && (
        <ContactPicker
          label={t('deals.addContact')}
          without={deal.contacts.map(({ contactId }) => contactId)}
          disabled={change.isPending}
          onChoose={(contactId) =>
            change.mutate([
              ...deal.contacts,
              { contactId, role: deal.contacts.length === 0 ? 'decision_maker' : 'other' },
            ])
          }
        />
      )}
    </Card>
  );
}
