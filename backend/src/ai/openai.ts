import type OpenAI from 'openai';
import { z } from 'zod';
import {
  AiFailure,
  type Answer,
  failureOf,
  type Provider,
  type Question,
  type Talk,
  type Tokens,
  type Tool,
} from './provider.ts';
import { callTool, mostTurns } from './tool-call.ts';

const mostTokens = 4000;
type Item = OpenAI.Responses.ResponseInputItem;

/** OpenAI's Responses API. Answers come as native structured output; nothing is stored there. */
export class OpenAi implements Provider {
  readonly name = 'openai';
  readonly model: string;
  readonly #access: { apiKey: string; baseURL: string };
  #sdk: ReturnType<typeof open> | undefined;

  constructor({ model, ...access }: { apiKey: string; model: string; baseURL: string }) {
    this.model = model;
    this.#access = access;
  }

  /** Loaded when it is first asked: both providers' SDKs are a fifth of all modules that a start would wait for. */
  #opened(): ReturnType<typeof open> {
    this.#sdk ??= open(this.#access);
    return this.#sdk;
  }

  async answer({ system, prompt, shape, shapeName, repair }: Question, signal: AbortSignal): Promise<Answer> {
    try {
      const { client, zodTextFormat } = await this.#opened();
      const { type, name, schema, strict } = zodTextFormat(shape, shapeName);
      const response = await client.responses.create(
        {
          ...this.#usual(system),
          input: [
            { role: 'user', content: prompt },
            ...(repair
              ? [
                  { role: 'assistant' as const, content: repair.answer || '{}' },
                  { role: 'user' as const, content: repair.problems },
                ]
              : []),
          ],
          text: { format: { type, name, schema, strict } },
        },
        { signal },
      );
      return { text: textOf(response), tokens: tokensOf(response) };
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  async *talk({ system, messages, tools }: Talk, signal: AbortSignal): AsyncGenerator<string, Tokens> {
    const said: Item[] = messages.map(({ role, text }) => ({ role, content: text }));
    const tokens: Tokens = { input: 0, output: 0 };
    try {
      const { client } = await this.#opened();
      for (let turn = 0; turn < mostTurns; turn += 1) {
        const stream = await client.responses.create(
          {
            ...this.#usual(system),
            input: said,
            tools: tools.map(asTool),
            // Its reasoning must come along to the next turn, since nothing is stored there.
            include: ['reasoning.encrypted_content'],
            stream: true,
          },
          { signal },
        );
        let response: OpenAI.Responses.Response | undefined;
        for await (const event of stream) {
          if (event.type === 'response.output_text.delta') yield event.delta;
          if (event.type === 'error') throw new AiFailure('overloaded', event.message);
          if (
            event.type === 'response.completed' ||
            event.type === 'response.failed' ||
            event.type === 'response.incomplete'
          )
            response = event.response;
        }
        if (!response) throw new AiFailure('network', 'the stream ended early', { tokens });
        const used = tokensOf(response);
        tokens.input += used.input;
        tokens.output += used.output;
        textOf(response);
        const calls = response.output.filter((item) => item.type === 'function_call');
        if (calls.length === 0) return tokens;
        said.push(...(response.output as Item[]));
        for (const { call_id, name, arguments: given } of calls)
          said.push({
            type: 'function_call_output',
            call_id,
            output: await callTool(tools, name, parsed(given)),
          });
      }
      return tokens;
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  /** What all requests say. */
  #usual(instructions: string) {
    return {
      model: this.model,
      instructions,
      max_output_tokens: mostTokens,
      reasoning: { effort: 'low' as const },
      store: false,
    };
  }
}

async function open(access: { apiKey: string; baseURL: string }) {
  const [{ default: Sdk }, { zodTextFormat }] = await Promise.all([
    import('openai'),
    import('openai/helpers/zod'),
  ]);
  const client = new Sdk({ ...access, organization: null, project: null, maxRetries: 0, logLevel: 'off' });
  return { client, zodTextFormat };
}

function asTool({ name, description, input }: Tool): OpenAI.Responses.FunctionTool {
  return { type: 'function', name, description, parameters: z.toJSONSchema(input), strict: false };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The tool says to the model that its input was no good.
    return undefined;
  }
}

function tokensOf({ usage }: OpenAI.Responses.Response): Tokens {
  return { input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0 };
}

/** The text of a response; throws when it was refused or failed there. */
function textOf(response: OpenAI.Responses.Response): string {
  const tokens = tokensOf(response);
  if (response.status === 'failed')
    throw new AiFailure('overloaded', response.error?.message ?? 'failed', { tokens });
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const refused = parts.find((part) => part.type === 'refusal');
  if (refused) throw new AiFailure('refused', refused.refusal, { tokens });
  return parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}
