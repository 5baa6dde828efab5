import { Badge, Button } from '@mantine/core';
import { IconMail, IconPlus, IconSearchOff, IconTemplate } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import { languageNames } from '../shell/preferences.tsx';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { type Column, RecordList, RowTitle } from '../ui/record-list.tsx';
import { useUsers } from '../users/users-query.ts';
import type { Template } from './template-draft.ts';
import { templateList, templateSorts } from './template-search.ts';
import classes from './templates.module.css';
import { templatesQuery } from './templates-query.ts';

const route = getRouteApi('/app/emails/templates');

/** What people write again and again: their own templates, and those of everybody. */
export function TemplatesScreen() {
  const { t } = useText();
  const format = useFormat();
  const me = useMe();
  const { nameOf } = useUsers();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const templates = useInfiniteQuery(templatesQuery(templateList.query(search)));
  const whose = ({ shared, ownerId }: Template) => {
    if (shared) return t('templates.shared');
    return ownerId === me.id || ownerId === null ? t('templates.own') : nameOf(ownerId);
  };
  const columns: Column<Template>[] = [
    {
      key: 'name',
      header: t('templates.name'),
      place: 'title',
      render: ({ id, name, subject }) => (
        <RowTitle
          link={
            <Link to="/emails/templates/$templateId" params={{ templateId: id }}>
              {name}
            </Link>
          }
          note={subject || undefined}
        />
      ),
    },
    {
      key: 'channel',
      header: t('templates.channelAndLanguage'),
      place: 'start',
      render: ({ channel, locale }) => (
        <span
          className={classes.line}
        >{`${t(`templates.channel.${channel}`)} · ${languageNames[locale]}`}</span>
      ),
    },
    {
      key: 'whose',
      header: t('templates.whose'),
      place: 'corner',
      render: (template) => (
        <Badge variant="light" tt="none" fw={500} miw="max-content" color={template.shared ? 'iris' : 'gray'}>
          {whose(template)}
        </Badge>
      ),
    },
    {
      key: 'used',
      header: t('templates.use'),
      place: 'wide',
      render: ({ usedCount }) => (
        <span className={classes.line}>{t('templates.used', { count: usedCount })}</span>
      ),
    },
    {
      key: 'updated',
      header: t('field.updated'),
      place: 'end',
      render: ({ updatedAt }) => format.ago(updatedAt),
    },
  ];
  const add = (
    <Button
      leftSection={<IconPlus size={17} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/emails/templates/new" />}
    >
      {t('templates.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('templates.title')}>
        <Button
          variant="default"
          leftSection={<IconMail size={17} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/emails" />}
        >
          {t('emails.title')}
        </Button>
        {add}
      </PageHeader>
      <FilterBar
        fields={templateList.fields}
        search={search}
        onChange={(part) => change({ ...search, ...part })}
        searchLabel={t('templates.search')}
        sorts={templateSorts}
      />
      <RecordList
        caption={t('templates.title')}
        query={templates}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          isNarrowed(templateList.fields, search) ? (
            <Blank icon={IconSearchOff} title={t('templates.noMatch')}>
              <Button variant="default" onClick={() => change({ sort: search.sort })}>
                {t('action.clearFilters')}
              </Button>
            </Blank>
          ) : (
            <Blank icon={IconTemplate} title={t('templates.empty.title')} text={t('templates.empty.text')}>
              {add}
            </Blank>
          )
        }
      />
    </>
  );
}
