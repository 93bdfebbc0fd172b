/*
 * Whose data this replica has. That they are all of its primary's it knows from the link, as long
 * as it runs; over a restart the word `copyOf` in nodes.conf keeps it, for the case that the
 * primary has lost its data meanwhile: then what is here is all that is left, however old, and the
 * primary says so itself (cluster_hollow.c). Nothing else rests on that word.
 *
 * It is written when the copy is whole and on the disk, in the background. It is taken back, on the
 * disk before anything else happens, when the data are about to be replaced or emptied, another
 * primary is followed, or this node leads.
 */
#include "cluster/cluster_state.h"

void cluster_copy_told(struct cluster *cluster, const struct cluster_replication_event *told)
{
    cluster->copied |= told->connected && told->complete;
    cluster->has_data = told->loaded || told->complete;
    cluster->replication = *told;
    cluster->replication.complete &= cluster->copied;
}

void cluster_copy_update(struct cluster *cluster)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    const struct cluster_replication_event *replication = &cluster->replication;
    struct node_id before = cluster->topology.copy_of;
    struct node_id now = before;

    if (replication->kept && replication->connected && replication->complete)
        now = myself->primary_id;
    /* Before the server has spoken, the file does. */
    if (!cluster_is_replica(myself) || (cluster->told_data && !replication->kept) ||
        !node_id_equal(&now, &myself->primary_id))
        now = (struct node_id){{0}};
    if (node_id_equal(&before, &now))
        return;
    cluster->topology.copy_of = now;
    cluster->persist = true;
}

bool cluster_copy_is_the_last(const struct cluster *cluster)
{
    const struct topology *topology = &cluster->topology;
    const struct node_id *primary_id = &topology_myself(topology)->primary_id;
    const struct cluster_node *primary = topology_find_node(topology, primary_id);

    return primary != NULL && cluster->peers[primary - topology->nodes].hollow &&
           node_id_equal(&topology->copy_of, primary_id);
}
