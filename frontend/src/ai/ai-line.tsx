import { IconSparkles } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import classes from './ai-line.module.css';
import { type AiFeature, useAi } from './ai-query.ts';

/** Why a feature of AI is not offered here, in one line, and who can change that. Nothing while it is offered. */
export function AiLine({ feature }: { feature: AiFeature }) {
  const { t } = useText();
  const { capabilities } = useMe();
  const { ready, state } = useAi(feature);
  if (ready !== false || !state) return null;
  return (
    <p className={classes.line}>
      <IconSparkles size={15} stroke={1.7} aria-hidden />
      <span>
        {t(`ai.state.${state}`)}{' '}
        {capabilities.includes('administer') ? (
          <Link to="/settings/ai">{t('ai.configure')}</Link>
        ) : (
          t('ai.askAdministrator')
        )}
      </span>
    </p>
  );
}
