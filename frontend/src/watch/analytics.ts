import { config } from '../api/config.ts';
import { storage } from '../browser/storage.ts';

declare global {
  interface Window {
    dataLayer?: unknown[];
  }
}

export type Consent = 'granted' | 'denied' | 'unasked';

/** Whether visits may be counted: unasked where Google Analytics is configured and the person has not answered yet. */
export function analyticsConsent(): Consent | 'off' {
  if (!config.gaMeasurementId) return 'off';
  const answer = storage.get('analytics');
  return answer === 'granted' || answer === 'denied' ? answer : 'unasked';
}

/** Remembers the answer, and begins to count if it was yes. */
export function answerAnalytics(answer: 'granted' | 'denied'): void {
  storage.set('analytics', answer);
  startAnalytics();
}

/** Loads Google Analytics where it is configured and agreed to; never otherwise. Addresses go without their search. */
export function startAnalytics(): void {
  if (analyticsConsent() !== 'granted' || window.dataLayer) return;
  const queue: unknown[] = [];
  window.dataLayer = queue;
  // Google's script reads `arguments` objects, not arrays.
  function tell(..._command: unknown[]) {
    // biome-ignore lint/complexity/noArguments: see above
    queue.push(arguments);
  }
  tell('js', new Date());
  tell('config', config.gaMeasurementId, {
    anonymize_ip: true,
    page_location: window.location.origin + window.location.pathname,
  });
  const script = document.createElement('script');
  script.async = true;
  script.src = `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(config.gaMeasurementId)}`;
  document.head.append(script);
}
