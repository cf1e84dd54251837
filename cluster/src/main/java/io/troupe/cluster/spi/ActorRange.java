package io.troupe.cluster.spi;

import java.util.Comparator;

import io.troupe.cluster.ActorInfo;

/**
 * Which of a node's active actors are asked for: those behind a place in the order of shard, kind and id.
 *
 * @param kind      the kind they are of; empty for any
 * @param shard     the shard of that place
 * @param afterKind the kind of that place; empty for the begin of the shard
 * @param afterId   the id of that place
 * @param limit     most actors
 */
public record ActorRange(String kind, int shard, String afterKind, String afterId, int limit) {
    /** The order in which actors are listed. */
    public static final Comparator<ActorInfo> ORDER = Comparator.comparingInt(ActorInfo::shard)
            .thenComparing(ActorInfo::kind)
            .thenComparing(ActorInfo::id);

    /**
     * {@return whether an actor is asked for}
     *
     * @param itsShard its shard
     * @param itsKind  its kind
     * @param itsId    its id
     */
    public boolean has(int itsShard, String itsKind, String itsId) {
        if (!kind.isEmpty() && !kind.equals(itsKind)) {
            return false;
        }
        if (itsShard != shard) {
            return itsShard > shard;
        }
        int order = itsKind.compareTo(afterKind);
        return order > 0 || (order == 0 && itsId.compareTo(afterId) > 0);
    }
}
