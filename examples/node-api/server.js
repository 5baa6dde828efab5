import express from 'express';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';

const notes = new MongoClient(process.env.MONGO_URL).db().collection('notes');
const redis = new Redis(process.env.REDIS_URL);

const app = express();
app.use(express.json());

app.get('/health', async (_request, response) => {
  await Promise.all([notes.estimatedDocumentCount(), redis.ping()]);
  response.send('ok');
});

app.get('/', async (_request, response) => {
  const found = await notes.find({}, { projection: { _id: 0 } }).toArray();
  response.json({ notes: found });
});

app.post('/', async (request, response) => {
  const { text } = request.body;
  await notes.insertOne({ text, words: null });
  await redis.lpush('to-count', text);
  response.status(201).json({ text });
});

const server = app.listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit()));
