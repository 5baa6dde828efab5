import { Button } from '@mantine/core';
import { IconBuilding, IconPlus, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { type Column, RecordList, RowTitle } from '../ui/record-list.tsx';
import { UserMark } from '../users/user-mark.tsx';
import { type Company, companiesQuery } from './companies-query.ts';
import { CompanyForm } from './company-form.tsx';

import { companyList, companySorts } from './company-search.ts';

const route = getRouteApi('/app/companies');

export function CompaniesScreen() {
  const { t } = useText();
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const companies = useInfiniteQuery(companiesQuery(companyList.query(search)));
  const columns: Column<Company>[] = [
    {
      key: 'name',
      header: t('companies.field.name'),
      place: 'title',
      render: (company) => (
        <RowTitle
          link={
            <Link to="/companies/$companyId" params={{ companyId: company.id }}>
              {company.name}
            </Link>
          }
          note={company.domain ?? undefined}
        />
      ),
    },
    {
      key: 'industry',
      header: t('companies.field.industry'),
      place: 'start',
      render: ({ industry }) => industry,
    },
    {
      key: 'employees',
      header: t('companies.field.employees'),
      place: 'hidden',
      render: ({ employees }) => employees,
    },
    {
      key: 'owner',
      header: t('field.owner'),
      place: 'corner',
      render: ({ ownerId }) => <UserMark id={ownerId} />,
    },
    {
      key: 'updated',
      header: t('field.updated'),
      place: 'end',
      render: ({ updatedAt }) => format.ago(updatedAt),
    },
  ];
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => change({ ...search, new: true })}>
      {t('companies.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('companies.title')}>{add}</PageHeader>
      <FilterBar
        fields={companyList.fields}
        search={search}
        onChange={(part) => change({ ...search, ...part })}
        searchLabel={t('companies.search')}
        sorts={companySorts}
      />
      <RecordList
        caption={t('companies.title')}
        query={companies}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          isNarrowed(companyList.fields, search) ? (
            <Blank icon={IconSearchOff} title={t('companies.noMatch')}>
              <Button variant="default" onClick={() => change({ sort: search.sort })}>
                {t('action.clearFilters')}
              </Button>
            </Blank>
          ) : (
            <Blank icon={IconBuilding} title={t('companies.empty.title')} text={t('companies.empty.text')}>
              {add}
            </Blank>
          )
        }
      />
      <CompanyForm opened={search.new === true} onClose={() => change({ ...search, new: undefined })} />
    </>
  );
}
