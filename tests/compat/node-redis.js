'use strict';
const { createCluster } = require('redis');

require('./session')(async ({ host, port, tls }) => {
  const cluster = createCluster({
    rootNodes: [{ url: `${tls ? 'rediss' : 'redis'}://${host}:${port}` }],
    defaults: tls ? { socket: { tls: true, ...tls } } : {},
  });
  cluster.on('error', (error) => {
    throw error;
  });
  await cluster.connect();
  const send = (words) => cluster.sendCommand(words[1], false, words);
  return {
    send,
    pipeline: (list) => Promise.all(list.map(send)),
    close: () => cluster.close(),
  };
});
