package io.troupe.cluster.internal.delivery;

import io.troupe.cluster.DeliveryGuarantee;
import org.jspecify.annotations.Nullable;

/**
 * The owners of one shard as its sender has learned of them: the one of now, and since when volatile state has been
 * handed on without a break.
 */
final class RouteChain {
    /** What a piece of news means. */
    enum News {
        /** Nothing new: late, or the owner is only unknown or known again. */
        NONE,
        /** A new epoch that took over the volatile state of the one before. */
        HANDED_OVER,
        /** A new epoch that starts with empty volatile state, as far as this sender can tell. */
        STARTED_ANEW
    }

    private @Nullable Route route;
    /** The highest epoch there was a route for; grants are told in order, so a lower one is late news. */
    private long epoch;
    /** Volatile state has been handed on without a break since this epoch; start <= epoch. */
    private long start;

    /** {@return the route of now, or null while there is no owner} */
    @Nullable
    Route route() {
        return route;
    }

    long epoch() {
        return epoch;
    }

    News learn(@Nullable Route newRoute) {
        if (newRoute == null) {
            route = null;
            return News.NONE;
        }
        if (newRoute.epoch() < epoch) {
            return News.NONE;
        }
        route = newRoute;
        if (newRoute.epoch() == epoch) {
            return News.NONE;
        }
        boolean handedOver = epoch != 0 && newRoute.continues() == epoch;
        epoch = newRoute.epoch();
        if (handedOver) {
            return News.HANDED_OVER;
        }
        start = epoch;
        return News.STARTED_ANEW;
    }

    /** True if the message may have run in an activation that is gone: another run could be the second one. */
    boolean hasLost(OutboundMessage message) {
        return !message.durable()
                && message.guarantee() == DeliveryGuarantee.EXACTLY_ONCE
                && message.firstEpoch() != 0
                && message.firstEpoch() < start;
    }

    /** True if it claims that the message never ran, but the content has gone to a later owner: that one will say. */
    boolean isOutdated(OutboundMessage message, End end, long ownerEpoch) {
        return end.code().neverRan() && !message.durable() && !message.abandoned() && message.lastEpoch() > ownerEpoch;
    }

    /** True if the owner at that epoch knows of every owner that the content went to in this session. */
    boolean speaksFor(OutboundMessage message, long ownerEpoch) {
        return message.durable()
                || message.firstEpoch() == ownerEpoch
                || (ownerEpoch <= epoch && message.firstEpoch() >= start);
    }
}
