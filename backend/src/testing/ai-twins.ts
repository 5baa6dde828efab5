import { parseArgs } from 'node:util';
import { startClaudeTwin } from './claude-twin.ts';
import { startOpenAiTwin } from './openai-twin.ts';

/** Runs both twins until SIGTERM: `node backend/src/testing/ai-twins.ts [--port N]`; OpenAI's takes the port after Claude's. */
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const port = Number(values.port);
const claude = await startClaudeTwin(port);
const openai = await startOpenAiTwin(port === 0 ? 0 : port + 1);
process.stdout.write(`ANTHROPIC_BASE_URL=${claude.url}\nOPENAI_BASE_URL=${openai.url}/v1\n`);
process.once('SIGTERM', () => void Promise.all([claude.close(), openai.close()]));
