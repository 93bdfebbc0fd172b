'use strict';
const Redis = require('ioredis');

require('./session')(async ({ host, port, tls }) => {
  const cluster = new Redis.Cluster([{ host, port }], { enableReadyCheck: true, redisOptions: { tls } });
  const send = ([name, ...words]) => cluster.call(name, ...words);
  return {
    send,
    // Its own pipelines stay on one node; commands given together go out together.
    pipeline: (list) => Promise.all(list.map(send)),
    close: () => cluster.quit(),
  };
});
