import { Spotlight, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.layer.css';
import {
  IconAddressBook,
  IconBuilding,
  IconLayoutKanban,
  IconSearch,
  IconUserSearch,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { destinations, furtherPlaces } from '../shell/navigation.ts';
import { placeOf } from './place.ts';
import { useHits } from './use-hits.ts';

const icons = {
  lead: IconUserSearch,
  contact: IconAddressBook,
  company: IconBuilding,
  deal: IconLayoutKanban,
};
const entities = ['lead', 'contact', 'company', 'deal'] as const;

/** Finds any record by a few letters or digits, and goes to any place; without letters, what changed last. */
export default function Palette() {
  const { t } = useText();
  const format = useFormat();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const { hits: records, unsure } = useHits(typed, {
    key: ['search'],
    pause: 120,
    ask: async (q, signal) => (await ask('GET /search', { query: { q }, signal })).data,
    text: ({ title }) => title,
  });
  const places = [...destinations, ...furtherPlaces].filter(({ label }) =>
    t(label).toLowerCase().includes(typed.trim().toLowerCase()),
  );
  const about = ({ subtitle, deal }: (typeof records)[number]) => {
    if (!deal) return subtitle ?? undefined;
    const worth = deal.amountCents === 0 ? t('deals.noAmount') : format.money(deal);
    return `${t(`deals.status.${deal.status}`)} · ${worth}`;
  };
  return (
    <Spotlight.Root
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      scrollable
      maxHeight={460}
      size="lg"
      attributes={{ content: { 'aria-label': t('search.title') } }}
    >
      <Spotlight.Search
        placeholder={t('search.placeholder')}
        aria-label={t('search.title')}
        leftSection={<IconSearch size={19} stroke={1.7} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {entities.map((entity) => {
          const Icon = icons[entity];
          const hits = records.filter((record) => record.entity === entity);
          return (
            hits.length > 0 && (
              <Spotlight.ActionsGroup key={entity} label={t(`search.group.${entity}`)}>
                {hits.map((hit) => (
                  <Spotlight.Action
                    key={hit.id}
                    label={hit.title}
                    description={about(hit)}
                    leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
                    onClick={() => void navigate({ to: placeOf(hit) })}
                  />
                ))}
              </Spotlight.ActionsGroup>
            )
          );
        })}
        {places.length > 0 && (
          <Spotlight.ActionsGroup label={t('search.group.places')}>
            {places.map(({ to, label, icon: Icon }) => (
              <Spotlight.Action
                key={to}
                label={t(label)}
                leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
                onClick={() => void navigate({ to })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {records.length + places.length === 0 && (
          <Spotlight.Empty>{t(unsure ?? 'search.nothing')}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

export const openPalette = () => spotlight.open();
