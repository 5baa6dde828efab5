import type { Tool } from './provider.ts';
import { asData } from './untrusted.ts';

/** How many times in one answer the assistant may look something up before it has to speak. */
export const mostTurns = 6;

/** Calls a tool as a model asked for it. What cannot be done is said to the model as text; it can try otherwise. */
export async function callTool(tools: readonly Tool[], name: string, given: unknown): Promise<string> {
  const tool = tools.find((one) => one.name === name);
  if (!tool) return `There is no tool ${name}.`;
  const input = tool.input.safeParse(given);
  if (!input.success)
    return `Invalid input: ${input.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`;
  return asData(await tool.run(input.data));
}
