import { writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { settingsShape } from './settings.ts';
import { processNames, reads } from './settings-read-by.ts';

/** The text of `.env.example`: every setting with its explanation and who reads it; optional ones are commented out. */
export function envExample(): string {
  const entries = Object.entries(settingsShape as Record<string, z.ZodType>).map(([name, type]) => {
    const fallback = type.safeParse(undefined);
    const value = Array.isArray(fallback.data) ? fallback.data.join(',') : (fallback.data ?? '');
    const readers = processNames.filter((process) => reads(process, name)).join(', ');
    return `# ${type.description}\n# Read by: ${readers}.\n${fallback.success ? '#' : ''}${name}=${value}\n`;
  });
  return `# Settings of the CRM's server. Generated from backend/src/settings.ts: npm run env-example -w backend\n\n${entries.join('\n')}`;
}

if (import.meta.main) writeFileSync(new URL('../../.env.example', import.meta.url), envExample());
