import './theme/tokens.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { activate, initialLocale } from './i18n/i18n.ts';
import { startAnalytics } from './watch/analytics.ts';
import { startSentry } from './watch/sentry.ts';

// After a release the files of the old one are gone; a screen that is opened for the first time needs the new page.
window.addEventListener('vite:preloadError', () => window.location.reload());

await activate(initialLocale());
createRoot(document.getElementById('root')!).render(<App />);

startSentry();
startAnalytics();
