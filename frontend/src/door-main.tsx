import './theme/tokens.css';
import './theme/door.css';
import english from 'virtual:messages/door/en';
import portuguese from 'virtual:messages/door/pt-BR';
import { i18n } from '@lingui/core';
import { startTransition } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { doorAddress } from './door-address.ts';
import { DoorApp } from './door-app.tsx';
import { initialLocale } from './i18n/i18n.ts';
import { prefetchApp } from './session/prefetch-app.ts';
import { takeSetupToken } from './session/setup-token.ts';
import { startAnalytics } from './watch/analytics.ts';
import { startSentry } from './watch/sentry.ts';

// Before anything can keep or tell the address.
takeSetupToken();

// Back from the application: what was sent from here is over.
window.addEventListener('pageshow', ({ persisted }) => persisted && window.location.reload());

const locale = initialLocale();
document.documentElement.lang = locale;
i18n.loadAndActivate({ locale, messages: locale === 'en' ? english : portuguese });

const address = doorAddress(window.location);
const root = document.getElementById('root')!;
if (!address) window.location.replace('/');
// The page has it drawn already, as it is without a message about what came before.
else if (
  root.dataset.drawn === `${address.screen} ${locale}` &&
  !address.search.error &&
  !address.search.saved
)
  // Little by little: whoever types meanwhile is not kept waiting.
  startTransition(() => void hydrateRoot(root, <DoorApp address={address} />));
else createRoot(root).render(<DoorApp address={address} />);

startSentry();
startAnalytics();
prefetchApp();
