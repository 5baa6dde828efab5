import { expect, it } from 'vitest';
import { onOwnPort } from './own-port.ts';

it.each([
  ['uvicorn app:app --host 0.0.0.0 --port 8000', 'exec uvicorn app:app --host 0.0.0.0 --port $PORT'],
  ['gunicorn -b 0.0.0.0:5000 app:app', 'exec gunicorn -b 0.0.0.0:$PORT app:app'],
  ['gunicorn --bind=:8080 app:app', 'exec gunicorn --bind=:$PORT app:app'],
  ['php -S 0.0.0.0:80', 'exec php -S 0.0.0.0:$PORT'],
  ['uvicorn main:app', 'exec uvicorn main:app --host 0.0.0.0 --port $PORT'],
  ['fastapi run --workers 4 app/main.py', 'exec fastapi run --workers 4 app/main.py --port $PORT'],
])('%s', (line, expected) => {
  expect(onOwnPort(line)?.command).toEqual(['sh', '-c', expected]);
});

it.each([
  'node server.js',
  'gunicorn app:app',
  'next start -p $PORT',
  'mkdir -p 777x',
  'puma -C config/puma.rb',
])('leaves %s', (line) => {
  expect(onOwnPort(line)).toBeUndefined();
});
