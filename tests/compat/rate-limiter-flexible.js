'use strict';
// rate-limiter-flexible: counters that scripts increase and let expire.

const assert = require('node:assert');
const { BurstyRateLimiter, RateLimiterQueue, RateLimiterRedis } = require('rate-limiter-flexible');
const { run, until } = require('./connect');

async function points(client, keyPrefix) {
  const limiter = new RateLimiterRedis({ storeClient: client, keyPrefix, points: 5, duration: 100 });
  const results = await Promise.allSettled(Array.from({ length: 12 }, () => limiter.consume('user')));
  assert.strictEqual(results.filter(({ status }) => status === 'fulfilled').length, 5);
  const refused = results.find(({ status }) => status === 'rejected').reason;
  assert.strictEqual(refused.remainingPoints, 0);
  assert.ok(refused.msBeforeNext > 90000 && refused.msBeforeNext <= 100000);
  assert.strictEqual((await limiter.get('user')).consumedPoints, 12);
  assert.strictEqual((await limiter.penalty('user', 3)).consumedPoints, 15);
  assert.strictEqual((await limiter.reward('user', 15)).consumedPoints, 0);
  assert.strictEqual((await limiter.consume('user', 2)).remainingPoints, 3);
  assert.strictEqual(await limiter.delete('user'), true);
  assert.strictEqual(await limiter.get('user'), null);
  await limiter.block('user', 50);
  await assert.rejects(limiter.consume('user'), (reason) => reason.msBeforeNext > 40000);
}

async function windows(client, keyPrefix) {
  const limiter = new RateLimiterRedis({ storeClient: client, keyPrefix, points: 1, duration: 1 });
  await limiter.consume('user');
  await assert.rejects(limiter.consume('user'));
  await until(async () => (await limiter.get('user')) === null);
  await limiter.consume('user');
}

async function blocking(client, keyPrefix) {
  const limiter = new RateLimiterRedis({
    storeClient: client, keyPrefix, points: 2, duration: 1, blockDuration: 100, execEvenly: false,
  });
  await limiter.consume('user', 2);
  await assert.rejects(limiter.consume('user'), (reason) => reason.msBeforeNext > 90000);
  assert.ok((await client.pttl(`${keyPrefix}:user`)) > 90000);
}

async function others(client, keyPrefix) {
  const bursty = new BurstyRateLimiter(
    new RateLimiterRedis({ storeClient: client, keyPrefix: `${keyPrefix}:slow`, points: 2, duration: 100 }),
    new RateLimiterRedis({ storeClient: client, keyPrefix: `${keyPrefix}:burst`, points: 3, duration: 100 }));
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => bursty.consume('user')));
  assert.strictEqual(results.filter(({ status }) => status === 'fulfilled').length, 5);
  const queue = new RateLimiterQueue(
    new RateLimiterRedis({ storeClient: client, keyPrefix: `${keyPrefix}:queue`, points: 20, duration: 1 }));
  await Promise.all(Array.from({ length: 25 }, () => queue.removeTokens(1, 'user')));
}

run(async ({ tag, connect }) => {
  const client = connect({ enableOfflineQueue: true });
  await points(client, `${tag}points`);
  await windows(client, `${tag}windows`);
  await blocking(client, `${tag}blocking`);
  await others(client, `${tag}others`);
  await client.quit();
});
