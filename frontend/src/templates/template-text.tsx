import { useText } from '../i18n/i18n.ts';
import { languageNames } from '../shell/preferences.tsx';
import { htmlText } from '../timeline/html.ts';
import type { Template } from './template-draft.ts';
import classes from './templates.module.css';

/** A template for whoever may use it and not change it. */
export function TemplateText({ template }: { template: Template }) {
  const { t } = useText();
  return (
    <>
      <dl className={classes.read}>
        <dt>{t('templates.channel')}</dt>
        <dd>{t(`templates.channel.${template.channel}`)}</dd>
        <dt>{t('settings.language')}</dt>
        <dd>{languageNames[template.locale]}</dd>
        {template.channel === 'email' && (
          <>
            <dt>{t('letter.subject')}</dt>
            <dd>{template.subject}</dd>
          </>
        )}
      </dl>
      <p className={classes.text}>{htmlText(template.body)}</p>
    </>
  );
}
