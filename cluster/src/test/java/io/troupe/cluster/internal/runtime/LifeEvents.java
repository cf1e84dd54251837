package io.troupe.cluster.internal.runtime;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/** What a node's {@link Membership} has told of its life: "opened", "renewed", "ended". */
final class LifeEvents implements Membership.SessionListener {
    final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public void onSession(@Nullable SessionId session) {
        told.add(session == null ? "ended" : "opened");
    }

    @Override
    public void onLeaseRenewed() {
        told.add("renewed");
    }
}
