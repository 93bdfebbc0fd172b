'use strict';
// One session of a client library with a cluster. Each library's file adapts its client to
//   { send(words): reply, pipeline(list of words): replies, close() }
// and calls run() with a function that connects. Prints one line of JSON when all went well.

const assert = require('node:assert');
const fs = require('node:fs');

const KEYS = 500;

function settings() {
  // With the certificate of an authority, by TLS.
  const [host, port, authority] = process.argv.slice(2);
  return { host, port: Number(port), tls: authority && { ca: [fs.readFileSync(authority)] } };
}

async function singleKeys(client) {
  for (let i = 0; i < KEYS; i++) {
    assert.strictEqual(String(await client.send(['SET', `key:${i}`, `value:${i}`])), 'OK');
  }
  for (let i = 0; i < KEYS; i++) {
    assert.strictEqual(String(await client.send(['GET', `key:${i}`])), `value:${i}`);
  }
  assert.strictEqual(await client.send(['GET', 'absent']), null);
  assert.strictEqual(Number(await client.send(['INCRBY', 'number', '41'])), 41);
  assert.strictEqual(Number(await client.send(['INCR', 'number'])), 42);
  assert.strictEqual(Number(await client.send(['EXPIRE', 'number', '100'])), 1);
  assert.ok(Number(await client.send(['TTL', 'number'])) > 0);
  assert.strictEqual(String(await client.send(['TYPE', 'number'])), 'string');
  assert.strictEqual(Number(await client.send(['DEL', 'number'])), 1);
}

async function severalKeys(client) {
  assert.strictEqual(String(await client.send(['MSET', '{tag}:1', 'a', '{tag}:2', 'b'])), 'OK');
  const values = await client.send(['MGET', '{tag}:1', '{tag}:2', '{tag}:3']);
  assert.deepStrictEqual(values.map((value) => (value === null ? null : String(value))), ['a', 'b', null]);
  await assert.rejects(client.send(['SET', 'key', 'value', 'NOSUCHOPTION']), /syntax error/);
}

async function pipelines(client) {
  const words = [];
  for (let i = 0; i < KEYS; i++) words.push(['GET', `key:${i}`]);
  const replies = await client.pipeline(words);
  assert.deepStrictEqual(replies.map(String), words.map((_, i) => `value:${i}`));
}

async function run(connect) {
  const client = await connect(settings());
  await singleKeys(client);
  await severalKeys(client);
  await pipelines(client);
  console.log(JSON.stringify({ done: true }));
  // The connections stay until whoever started this has looked at them.
  for await (const _ of process.stdin);
  await client.close();
}

module.exports = (connect) =>
  run(connect).catch((error) => {
    console.error(error);
    process.exit(1);
  });
