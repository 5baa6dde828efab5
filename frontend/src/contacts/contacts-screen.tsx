import { Button } from '@mantine/core';
import { IconAddressBook, IconPlus, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { Reach } from '../ui/reach.tsx';
import { type Column, RecordList, RowTitle } from '../ui/record-list.tsx';
import { UserMark } from '../users/user-mark.tsx';
import { ContactForm } from './contact-form.tsx';
import { contactList, contactSorts } from './contact-search.ts';
import { type Contact, contactName, contactsQuery, primary } from './contacts-query.ts';

const route = getRouteApi('/app/contacts');

export function ContactsScreen() {
  const { t } = useText();
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const contacts = useInfiniteQuery(contactsQuery(contactList.query(search)));
  const columns: Column<Contact>[] = [
    {
      key: 'name',
      header: t('contacts.field.name'),
      place: 'title',
      render: (contact) => (
        <RowTitle
          link={
            <Link to="/contacts/$contactId" params={{ contactId: contact.id }}>
              {contactName(contact)}
            </Link>
          }
          note={contact.jobTitle ?? undefined}
        />
      ),
    },
    {
      key: 'reach',
      header: t('leads.column.contact'),
      place: 'wide',
      render: (contact) => <Reach email={primary(contact.emails)?.value} phone={contact.phones[0]?.e164} />,
    },
    {
      key: 'owner',
      header: t('field.owner'),
      place: 'corner',
      render: (contact) => <UserMark id={contact.ownerId} />,
    },
    {
      key: 'updated',
      header: t('field.updated'),
      place: 'end',
      render: (contact) => format.ago(contact.updatedAt),
    },
  ];
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => change({ ...search, new: true })}>
      {t('contacts.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('contacts.title')}>{add}</PageHeader>
      <FilterBar
        fields={contactList.fields}
        search={search}
        onChange={(part) => change({ ...search, ...part })}
        searchLabel={t('contacts.search')}
        sorts={contactSorts}
      />
      <RecordList
        caption={t('contacts.title')}
        query={contacts}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          isNarrowed(contactList.fields, search) ? (
            <Blank icon={IconSearchOff} title={t('contacts.noMatch')}>
              <Button variant="default" onClick={() => change({ sort: search.sort })}>
                {t('action.clearFilters')}
              </Button>
            </Blank>
          ) : (
            <Blank icon={IconAddressBook} title={t('contacts.empty.title')} text={t('contacts.empty.text')}>
              {add}
            </Blank>
          )
        }
      />
      <ContactForm opened={search.new === true} onClose={() => change({ ...search, new: undefined })} />
    </>
  );
}
