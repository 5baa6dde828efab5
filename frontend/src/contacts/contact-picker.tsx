import { Select } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { useHits } from '../search/use-hits.ts';
import { contactName } from './contacts-query.ts';

interface Props {
  label: string;
  /** Contacts that are not offered. */
  without: readonly string[];
  disabled?: boolean;
  onChoose(id: string): void;
}

/** Finds a contact by the beginning of a name, an address or a number; choosing one hands it over. */
export function ContactPicker({ label, without, disabled, onChoose }: Props) {
  const { t } = useText();
  const [search, setSearch] = useState('');
  const found = useHits(search, {
    key: ['contact', 'lookup'],
    pause: 200,
    ask: async (q, signal) => (await ask('GET /contacts', { query: { q, limit: 20 }, signal })).data,
    text: contactName,
  });
  const options = found.hits.filter(({ id }) => !without.includes(id));
  return (
    <Select
      size="xs"
      aria-label={label}
      placeholder={label}
      searchable
      disabled={disabled}
      filter={({ options: all }) => all}
      nothingFoundMessage={t(found.unsure ?? 'contacts.noMatch')}
      data={options.map((contact) => ({
        value: contact.id,
        label: [contactName(contact), contact.jobTitle].filter(Boolean).join(' · '),
      }))}
      value={null}
      searchValue={search}
      onSearchChange={setSearch}
      onChange={(id) => {
        setSearch('');
        if (id) onChoose(id);
      }}
    />
  );
}
