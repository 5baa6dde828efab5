import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';

/** Counts the words of each new note. */
const notes = new MongoClient(process.env.MONGO_URL).db().collection('notes');
const redis = new Redis(process.env.REDIS_URL);

let going = true;
process.on('SIGTERM', () => {
  going = false;
});

while (going) {
  const [, text] = (await redis.brpop('to-count', 1)) ?? [];
  if (text !== undefined) await notes.updateMany({ text }, { $set: { words: text.split(/\s+/).length } });
}
process.exit();
