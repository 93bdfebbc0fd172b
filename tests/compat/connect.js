'use strict';
// What the programs that use scripts share: `node PROGRAM HOST PORT cluster|single` runs its flows against a
// cluster, with keys that share a hash tag, or a single node, and prints one line of JSON when all went well.

const Redis = require('ioredis');

const LIMIT_MS = 90000;

function connect({ host, port, cluster }, options = {}) {
  if (!cluster) return new Redis({ host, port, ...options });
  return new Redis.Cluster([{ host, port }], { enableReadyCheck: true, redisOptions: options });
}

// Calls flows({ host, port, cluster, tag, connect }): `tag` is what all keys begin with.
function run(flows) {
  const [host, port, mode] = process.argv.slice(2);
  const settings = { host, port: Number(port), cluster: mode === 'cluster', tag: '{tag}' };
  const limit = setTimeout(() => {
    console.error('not done in time');
    process.exit(1);
  }, LIMIT_MS);
  flows({ ...settings, connect: (options) => connect(settings, options) })
    .then(() => {
      clearTimeout(limit);
      process.stdout.write(`${JSON.stringify({ done: true })}\n`, () => process.exit(0));
    })
    .catch((error) => {
      console.error(error);
      process.exit(1);
    });
}

// Waits until condition() is true.
async function until(condition) {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 5));
}

module.exports = { run, until };
