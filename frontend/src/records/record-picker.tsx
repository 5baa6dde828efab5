import { ActionIcon, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { useHits } from '../search/use-hits.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { NameText } from './name-text.tsx';
import classes from './record-picker.module.css';

interface Props {
  label: string;
  value: RecordLink[];
  onChange(links: RecordLink[]): void;
  most?: number;
}

const kinds = ['lead', 'contact', 'company', 'deal'] as const;
const keyOf = ({ entity, id }: RecordLink) => `${entity}:${id}`;

/** Links something to leads, contacts, companies and deals, each found by a few letters. */
export function RecordPicker({ label, value, onChange, most = 10 }: Props) {
  const { t } = useText();
  const [search, setSearch] = useState('');
  const found = useHits(search, {
    key: ['search'],
    pause: 200,
    ask: async (q, signal) => (await ask('GET /search', { query: { q }, signal })).data,
    text: ({ title }) => title,
  });
  const linked = new Set(value.map(keyOf));
  const hits = found.hits.filter((hit) => !linked.has(keyOf(hit)));
  return (
    <div>
      {value.length < most && (
        <Select
          label={label}
          placeholder={t('companies.find')}
          searchable
          filter={({ options }) => options}
          nothingFoundMessage={t(found.unsure ?? 'search.nothing')}
          data={kinds.map((kind) => ({
            group: t(`search.group.${kind}`),
            items: hits
              .filter(({ entity }) => entity === kind)
              .map((hit) => ({ value: keyOf(hit), label: hit.title })),
          }))}
          value={null}
          searchValue={search}
          onSearchChange={setSearch}
          onChange={(key) => {
            setSearch('');
            const hit = hits.find((one) => keyOf(one) === key);
            if (hit) onChange([...value, { entity: hit.entity, id: hit.id }]);
          }}
        />
      )}
      {value.length > 0 && (
        <ul className={classes.linked} aria-label={label}>
          {value.map((link) => (
            <li key={keyOf(link)}>
              <NameText link={link} />
              <ActionIcon
                size={24}
                variant="subtle"
                color="gray"
                aria-label={t('record.unlink', { entity: t(`record.kind.${link.entity}`) })}
                onClick={() => onChange(value.filter((one) => keyOf(one) !== keyOf(link)))}
              >
                <IconX size={14} stroke={1.8} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
