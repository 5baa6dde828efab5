import { expect, it } from 'vitest';
import { createLog } from './log.ts';

it('logs of a request what it asked for, and never a token or the name of a file in its address', () => {
  const lines: string[] = [];
  const log = createLog({ ENVIRONMENT: 'test', LOG_LEVEL: 'info', CONDUCTOR_RELEASE: 'v1' }, 'api', {
    destination: { write: (line) => void lines.push(line) },
  });
  const url = '/api/v1/tasks/calendar.ics?token=the-key&from=2026&name=CPF%20Ana.pdf';
  log.info({ req: { method: 'GET', url, host: 'crm.example', ip: '10.0.0.1' } }, 'incoming request');
  expect(JSON.parse(lines[0]!).req).toEqual({
    method: 'GET',
    url: '/api/v1/tasks/calendar.ics?token=[redacted]&from=2026&name=[redacted]',
    host: 'crm.example',
    remoteAddress: '10.0.0.1',
  });
});
