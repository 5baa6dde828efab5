import type { ServerResponse } from 'node:http';
import { pieces, sampleFor, sampleSpeech } from './sample-answers.ts';
import { type Asked, sendJson, sendStream, startTwin } from './twin-server.ts';

const errors = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
} as const;
const usage = {
  input_tokens: 1200,
  output_tokens: 300,
  cache_creation: null,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  inference_geo: null,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: 'standard',
  speed: null,
};

/**
 * Anthropic's Messages API as its reference describes it (platform.claude.com/docs/en/api/messages): structured output,
 * tools, streaming, errors.
 */
export const startClaudeTwin = (port = 0) => startTwin('/v1/messages', answer, port);

function answer({ body, headers, step }: Asked, response: ServerResponse): void {
  const fail = step && 'fail' in step ? step.fail : undefined;
  if (!headers['x-api-key'] && !/^Bearer .+/.test(headers.authorization ?? ''))
    return void refuse(response, 401, 'no credentials');
  if (!headers['anthropic-version'])
    return void refuse(response, 400, 'anthropic-version: header is required');
  if (typeof body.max_tokens !== 'number') return void refuse(response, 400, 'max_tokens: Field required');
  if (typeof fail === 'number') return void refuse(response, fail, `the twin was told to answer ${fail}`);
  if (fail === 'refusal')
    return void send(body, response, [], 'refusal', {
      type: 'refusal',
      category: null,
      explanation: 'Declined.',
    });
  if (step && 'call' in step)
    return void send(
      body,
      response,
      [{ type: 'tool_use', id: 'toolu_1', caller: { type: 'direct' }, ...step.call }],
      'tool_use',
    );
  send(body, response, [{ type: 'text', citations: null, text: textOf(body, step) }], 'end_turn');
}

function textOf(body: Asked['body'], step: Asked['step']): string {
  if (step && 'fail' in step) return '{"this is": not JSON';
  if (step && 'say' in step) return step.say;
  if (step && 'answer' in step) return JSON.stringify(step.answer);
  const format = (body.output_config as { format?: { schema: unknown } } | undefined)?.format;
  return format ? JSON.stringify(sampleFor(format.schema)) : sampleSpeech;
}

type Block =
  | { type: 'text'; text: string; citations: null }
  | { type: 'tool_use'; id: string; caller: object; name: string; input: unknown };

function send(
  { model, stream }: Asked['body'],
  response: ServerResponse,
  content: Block[],
  stop_reason: string,
  stop_details: unknown = null,
): void {
  const message = {
    id: 'msg_01Twin',
    type: 'message',
    role: 'assistant',
    model,
    container: null,
    content,
    diagnostics: null,
    stop_reason,
    stop_sequence: null,
    stop_details,
    usage,
  };
  if (!stream) return void sendJson(response, 200, message, { 'request-id': 'req_twin' });
  sendStream(response, [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_details: null } },
    ...content.flatMap((block, index) => [
      {
        type: 'content_block_start',
        index,
        content_block: block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} },
      },
      ...deltas(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_details, stop_sequence: null, container: null },
      usage,
    },
    { type: 'message_stop' },
  ] as { type: string }[]);
}

function deltas(block: Block) {
  return block.type === 'text'
    ? pieces(block.text).map((text) => ({ type: 'text_delta', text }))
    : pieces(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

function refuse(response: ServerResponse, status: keyof typeof errors, message: string): void {
  sendJson(response, status, {
    type: 'error',
    error: { type: errors[status], message },
    request_id: 'req_twin',
  });
}
