import { writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { settingsShape } from './settings.ts';

/** The text of `.env.example`: every setting with its explanation; optional ones are commented out. */
export function envExample(): string {
  const entries = Object.entries(settingsShape as Record<string, z.ZodType>).map(([name, type]) => {
    const fallback = type.safeParse(undefined);
    const value = Array.isArray(fallback.data) ? fallback.data.join(',') : (fallback.data ?? '');
    return `# ${type.description}\n${fallback.success ? '#' : ''}${name}=${value}\n`;
  });
  return `# Settings of the CRM's server. Generated from backend/src/settings.ts: npm run env-example -w backend\n\n${entries.join('\n')}`;
}

if (import.meta.main) writeFileSync(new URL('../../.env.example', import.meta.url), envExample());
