'use strict';
const { ClusterBatch, GlideClusterClient } = require('@valkey/valkey-glide');

require('./session')(async ({ host, port }) => {
  const cluster = await GlideClusterClient.createClient({ addresses: [{ host, port }] });
  return {
    send: (words) => cluster.customCommand(words),
    pipeline: (list) => {
      const batch = new ClusterBatch(false);
      for (const words of list) batch.customCommand(words);
      return cluster.exec(batch, true);
    },
    close: () => cluster.close(),
  };
});
