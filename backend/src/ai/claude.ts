import type Anthropic from '@anthropic-ai/sdk';
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

/** Anthropic's Messages API. Answers come as native structured output. */
export class Claude implements Provider {
  readonly name = 'claude';
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

  async answer({ system, prompt, shape, repair }: Question, signal: AbortSignal): Promise<Answer> {
    try {
      const { client, zodOutputFormat } = await this.#opened();
      const format = zodOutputFormat(shape);
      const message = await client.messages.create(
        {
          model: this.model,
          max_tokens: mostTokens,
          system,
          messages: [
            { role: 'user', content: prompt },
            ...(repair
              ? [
                  { role: 'assistant' as const, content: repair.answer || '{}' },
                  { role: 'user' as const, content: repair.problems },
                ]
              : []),
          ],
          // Short answers about little text: a person waits, and thinking long is not worth it.
          output_config: { effort: 'low', format: { type: format.type, schema: format.schema } },
        },
        { signal },
      );
      const tokens = tokensOf(message.usage);
      if (message.stop_reason === 'refusal') throw refusal(message, tokens);
      const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      return { text, tokens };
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  async *talk({ system, messages, tools }: Talk, signal: AbortSignal): AsyncGenerator<string, Tokens> {
    const said: Anthropic.MessageParam[] = messages.map(({ role, text }) => ({ role, content: text }));
    const tokens: Tokens = { input: 0, output: 0 };
    try {
      const { client } = await this.#opened();
      for (let turn = 0; turn < mostTurns; turn += 1) {
        const stream = client.messages.stream(
          {
            model: this.model,
            max_tokens: mostTokens,
            system,
            messages: said,
            tools: tools.map(asTool),
            output_config: { effort: 'low' },
          },
          { signal },
        );
        for await (const event of stream)
          if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
            yield event.delta.text;
        const message = await stream.finalMessage();
        const used = tokensOf(message.usage);
        tokens.input += used.input;
        tokens.output += used.output;
        if (message.stop_reason === 'refusal') throw refusal(message, tokens);
        const calls = message.content.filter((block) => block.type === 'tool_use');
        if (calls.length === 0) return tokens;
        // Thinking blocks are part of the turn and must go back as they came.
        said.push({ role: 'assistant', content: message.content as Anthropic.ContentBlockParam[] });
        const results = await Promise.all(
          calls.map(async ({ id, name, input }) => ({
            type: 'tool_result' as const,
            tool_use_id: id,
            content: await callTool(tools, name, input),
          })),
        );
        said.push({ role: 'user', content: results });
      }
      return tokens;
    } catch (error) {
      throw failureOf(error, signal);
    }
  }
}

async function open(access: { apiKey: string; baseURL: string }) {
  const [{ default: Sdk }, { zodOutputFormat }] = await Promise.all([
    import('@anthropic-ai/sdk'),
    import('@anthropic-ai/sdk/helpers/zod'),
  ]);
  // Retrying is the chain's: it knows the next provider.
  return { client: new Sdk({ ...access, maxRetries: 0, logLevel: 'off' }), zodOutputFormat };
}

function asTool({ name, description, input }: Tool): Anthropic.Tool {
  return { name, description, input_schema: z.toJSONSchema(input) as Anthropic.Tool.InputSchema };
}

function tokensOf(usage: Anthropic.Usage): Tokens {
  const cached = (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
  return { input: usage.input_tokens + cached, output: usage.output_tokens };
}

function refusal({ stop_details }: Anthropic.Message, tokens: Tokens): AiFailure {
  return new AiFailure('refused', stop_details?.explanation ?? 'refused', { tokens });
}
