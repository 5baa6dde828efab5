import { Alert, Group } from '@mantine/core';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import type { Lead } from './lead.ts';

/** What became of a converted lead. */
export function ConvertedBanner({ converted }: { converted: NonNullable<Lead['converted']> }) {
  const { t } = useText();
  return (
    <Alert color="teal">
      <Group gap={16}>
        {t('convert.banner')}
        {converted.dealId && <LinkTo link={{ entity: 'deal', id: converted.dealId }} />}
        <LinkTo link={{ entity: 'contact', id: converted.contactId }} />
        {converted.companyId && <LinkTo link={{ entity: 'company', id: converted.companyId }} />}
      </Group>
    </Alert>
  );
}
