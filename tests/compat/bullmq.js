'use strict';
// BullMQ: queues whose every step is a script. Jobs, results, retries, delays, priorities, flows, schedulers, limits.

const assert = require('node:assert');
const { FlowProducer, Queue, QueueEvents, UnrecoverableError, Worker } = require('bullmq');
const { run, until } = require('./connect');

const JOBS = 200;

async function plainJobs(open) {
  const { queue, events, work } = await open('plain');
  const seen = new Set();
  const worker = work(async (job) => {
    seen.add(job.data.number);
    await job.updateProgress(50);
    await job.log('halfway');
    return job.data.number * 2;
  }, { concurrency: 10 });
  const single = await queue.add('single', { number: -1 });
  assert.strictEqual(await single.waitUntilFinished(events), -2);
  const jobs = await queue.addBulk(
    Array.from({ length: JOBS }, (_, number) => ({ name: 'bulk', data: { number } })));
  const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
  assert.deepStrictEqual(results, Array.from({ length: JOBS }, (_, number) => number * 2));
  assert.strictEqual(seen.size, JOBS + 1);
  const stored = await queue.getJob(single.id);
  assert.strictEqual(stored.returnvalue, -2);
  assert.strictEqual(stored.progress, 50);
  assert.deepStrictEqual((await queue.getJobLogs(single.id)).logs, ['halfway']);
  const counts = await queue.getJobCounts('completed', 'failed', 'active', 'wait');
  assert.deepStrictEqual(counts, { completed: JOBS + 1, failed: 0, active: 0, wait: 0 });
  assert.strictEqual((await queue.clean(0, 50, 'completed')).length, 50);
  assert.strictEqual(await queue.getCompletedCount(), JOBS + 1 - 50);
  await worker.close();
}

async function failuresAndRetries(open) {
  const { queue, events, work } = await open('retries');
  work(async (job) => {
    if (job.name === 'hopeless') throw new UnrecoverableError('no use');
    if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`);
    return job.attemptsMade;
  });
  const options = { attempts: 3, backoff: { type: 'exponential', delay: 10 } };
  const job = await queue.add('stubborn', {}, options);
  assert.strictEqual(await job.waitUntilFinished(events), 2);
  const hopeless = await queue.add('hopeless', {}, options);
  await assert.rejects(hopeless.waitUntilFinished(events), /no use/);
  assert.strictEqual(await hopeless.getState(), 'failed');
  assert.strictEqual(await queue.getFailedCount(), 1);
}

async function orderAndDelays(open) {
  const { queue, events, work } = await open('order');
  const order = [];
  await queue.pause();
  await queue.add('low', {}, { priority: 10 });
  await queue.add('high', {}, { priority: 1 });
  await queue.add('first', {});
  const last = await queue.add('later', {}, { delay: 300 });
  assert.strictEqual(await last.getState(), 'delayed');
  await queue.add('same', {}, { jobId: 'known' });
  await queue.add('same', {}, { jobId: 'known' });
  assert.strictEqual(await queue.isPaused(), true);
  work(async (job) => { order.push(job.name); });
  await queue.resume();
  await last.waitUntilFinished(events);
  assert.deepStrictEqual(order, ['first', 'same', 'high', 'low', 'later']);
  const removed = await queue.add('removed', {}, { delay: 100000 });
  await removed.remove();
  assert.strictEqual(await queue.getDelayedCount(), 0);
}

async function flows(open, { prefix, connection }) {
  const { queue, events, work } = await open('flow');
  work(async (job) => {
    const children = Object.values(await job.getChildrenValues());
    return children.reduce((sum, value) => sum + value, job.data.value);
  }, { concurrency: 3 });
  const producer = new FlowProducer({ connection, prefix });
  const leaf = (value) => ({ name: 'leaf', queueName: queue.name, data: { value } });
  const tree = await producer.add({
    name: 'root', queueName: queue.name, data: { value: 1000 },
    children: [leaf(1), leaf(2), { ...leaf(100), children: [leaf(10), leaf(20)] }],
  });
  assert.strictEqual(await tree.job.waitUntilFinished(events), 1133);
  await producer.close();
}

async function schedulersAndLimits(open) {
  const { queue, work } = await open('schedule', { limiter: { max: 2, duration: 100 } });
  const times = [];
  work(async () => { times.push(Date.now()); });
  await queue.upsertJobScheduler('every', { every: 40, limit: 5 }, { name: 'tick' });
  await until(() => times.length === 5);
  await queue.removeJobScheduler('every');
  assert.strictEqual((await queue.getJobSchedulers()).length, 0);
  await queue.obliterate({ force: true });
  assert.strictEqual((await queue.getJobs()).length, 0);
}

run(async ({ cluster, tag, connect }) => {
  const connection = connect({ maxRetriesPerRequest: null });
  const prefix = cluster ? tag : 'bull';
  const opened = [];
  const open = async (name, workerOptions = {}) => {
    const queue = new Queue(name, { connection, prefix });
    const events = new QueueEvents(name, { connection: connect({ maxRetriesPerRequest: null }), prefix });
    const work = (handler, options = {}) => {
      const worker = new Worker(name, handler, { connection, prefix, ...workerOptions, ...options });
      worker.on('error', (error) => { throw error; });
      opened.push(worker);
      return worker;
    };
    opened.push(events, queue);
    await events.waitUntilReady();
    return { queue, events, work };
  };
  for (const flow of [plainJobs, failuresAndRetries, orderAndDelays, flows, schedulersAndLimits]) {
    await flow(open, { prefix, connection });
  }
  await Promise.all(opened.map((item) => item.close()));
});
