import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The providers' APIs on this machine, and the settings with which a CRM asks them. */
export interface AiTwins {
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the twins of the providers' APIs, which answer in the published shapes with invented texts. */
export async function startAiTwins(): Promise<AiTwins> {
  const program = join(import.meta.dirname, '../../backend/src/testing/ai-twins.ts');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const settings: Record<string, string> = { CLAUDE_API_KEY: 'a-key-of-the-twin' };
  for await (const line of createInterface(child.stdout)) {
    const [name = '', ...value] = line.split('=');
    settings[name] = value.join('=');
    if ('OPENAI_BASE_URL' in settings) break;
  }
  return {
    settings,
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
