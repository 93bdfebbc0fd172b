'use strict';
// Redlock: locks that scripts take, extend and give back.

const assert = require('node:assert');
const Redlock = require('redlock');
const { run, until } = require('./connect');

const WORKERS = 20;

run(async ({ tag, connect }) => {
  const client = connect();
  const once = new Redlock([client], { retryCount: 0 });
  const patient = new Redlock([client], { retryCount: -1, retryDelay: 5, retryJitter: 5 });
  const lock = await once.lock(`${tag}:one`, 10000);
  await assert.rejects(once.lock(`${tag}:one`, 1000), { name: 'LockError' });
  await lock.extend(20000);
  assert.ok((await client.pttl(`${tag}:one`)) > 10000);
  await lock.unlock();
  assert.strictEqual(await client.exists(`${tag}:one`), 0);
  await assert.rejects(lock.extend(1000), { name: 'LockError' });
  await assert.rejects(lock.unlock(), { name: 'LockError' });

  // Several resources at once.
  const several = await once.lock([`${tag}:a`, `${tag}:b`, `${tag}:c`], 10000);
  await assert.rejects(once.lock([`${tag}:x`, `${tag}:b`], 1000), { name: 'LockError' });
  await several.unlock();
  await (await once.lock([`${tag}:x`, `${tag}:b`], 1000)).unlock();

  // What runs out can be taken by somebody else.
  await once.lock(`${tag}:short`, 30);
  await until(async () => !(await client.exists(`${tag}:short`)));
  await (await once.lock(`${tag}:short`, 1000)).unlock();

  // One at a time.
  let inside = 0;
  let total = 0;
  await Promise.all(Array.from({ length: WORKERS }, async () => {
    const held = await patient.lock(`${tag}:mutex`, 20000);
    inside += 1;
    assert.strictEqual(inside, 1);
    total = Number(await client.get(`${tag}:total`));
    await client.set(`${tag}:total`, total + 1);
    inside -= 1;
    await held.unlock();
  }));
  assert.strictEqual(Number(await client.get(`${tag}:total`)), WORKERS);
  await client.quit();
});
