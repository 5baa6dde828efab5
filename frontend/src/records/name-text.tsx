import { useText } from '../i18n/i18n.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { useRecordName } from './record-name.ts';

/** A record's name where it is no link, such as inside a button or a form; what is deleted says so. */
export function NameText({ link }: { link: RecordLink }) {
  const { t } = useText();
  const known = useRecordName(link);
  const kind = t(`record.kind.${link.entity}`);
  if (known === null) return `${kind} (${t('link.hidden')})`;
  if (known === undefined) return kind;
  return known.deleted ? `${known.name} (${t('link.deleted')})` : known.name;
}
