import type { ServerResponse } from 'node:http';
import { pieces, sampleFor, sampleSpeech } from './sample-answers.ts';
import { type Asked, sendJson, sendStream, startTwin } from './twin-server.ts';

const usage = {
  input_tokens: 1100,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 280,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1380,
};

/**
 * OpenAI's Responses API as its reference describes it (developers.openai.com/api/docs/api-reference/responses):
 * structured output, functions, streaming, errors.
 */
export const startOpenAiTwin = (port = 0) => startTwin('/v1/responses', answer, port);

function answer({ body, headers, step }: Asked, response: ServerResponse): void {
  const fail = step && 'fail' in step ? step.fail : undefined;
  if (!/^Bearer .+/.test(headers.authorization ?? '')) return void refuse(response, 401, 'invalid_api_key');
  if (typeof body.model !== 'string') return void refuse(response, 400, 'missing_required_parameter');
  if (typeof fail === 'number') return void refuse(response, fail === 529 ? 503 : fail, 'told_so');
  if (fail === 'refusal')
    return void send(body, response, message({ type: 'refusal', refusal: 'I cannot help with that.' }));
  if (step && 'call' in step)
    return void send(body, response, {
      type: 'function_call',
      id: 'fc_twin',
      call_id: 'call_twin',
      status: 'completed',
      name: step.call.name,
      arguments: JSON.stringify(step.call.input),
    });
  send(
    body,
    response,
    message({ type: 'output_text', annotations: [], logprobs: [], text: textOf(body, step) }),
  );
}

function textOf(body: Asked['body'], step: Asked['step']): string {
  if (step && 'fail' in step) return '{"this is": not JSON';
  if (step && 'say' in step) return step.say;
  if (step && 'answer' in step) return JSON.stringify(step.answer);
  const format = (body.text as { format?: { schema?: unknown } } | undefined)?.format;
  return format?.schema ? JSON.stringify(sampleFor(format.schema)) : sampleSpeech;
}

type Part = { type: 'output_text'; text: string } | { type: 'refusal'; refusal: string };
interface Item {
  type: string;
  [name: string]: unknown;
}

const message = (part: object): Item => ({
  type: 'message',
  id: 'msg_twin',
  status: 'completed',
  role: 'assistant',
  content: [part],
});

function send({ model, stream }: Asked['body'], response: ServerResponse, item: Item): void {
  const whole = {
    id: 'resp_twin',
    object: 'response',
    created_at: 1_780_000_000,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [item],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage,
  };
  if (!stream) return void sendJson(response, 200, whole, { 'x-request-id': 'req_twin' });
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const part = (item.content as Part[] | undefined)?.[0];
  const events: { type: string }[] = [
    { type: 'response.created', response: begun },
    { type: 'response.output_item.added', output_index: 0, item },
    ...(part?.type === 'output_text'
      ? pieces(part.text).map((delta) => ({
          type: 'response.output_text.delta',
          ...place,
          delta,
          logprobs: [],
        }))
      : []),
    ...(part?.type === 'refusal' ? [{ type: 'response.refusal.done', ...place, refusal: part.refusal }] : []),
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: whole },
  ] as { type: string }[];
  sendStream(
    response,
    events.map((event, sequence_number) => ({ ...event, sequence_number })),
  );
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const type =
    status === 429 ? 'rate_limit_exceeded' : status < 500 ? 'invalid_request_error' : 'server_error';
  sendJson(response, status, { error: { message: `the twin answers ${status}`, type, param: null, code } });
}
