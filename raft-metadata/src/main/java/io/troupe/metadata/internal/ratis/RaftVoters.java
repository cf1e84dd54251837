package io.troupe.metadata.internal.ratis;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.internal.formation.Identity.Member;
import org.jspecify.annotations.Nullable;

/** What the protocols that change the voters of a group ask of Raft, whether the group runs or not. */
abstract class RaftVoters {
    private final Supplier<@Nullable RatisNode> raft;
    private final long silenceMillis;

    /**
     * Of a group.
     *
     * @param raft   the group while it runs
     * @param config says how long it waits for its leader
     */
    RaftVoters(Supplier<@Nullable RatisNode> raft, MetadataConfig config) {
        this.raft = raft;
        silenceMillis = 2L * config.election().maxMillis();
    }

    /** Completes when the wanted ones are committed; fails if they are not the voters now. */
    final CompletableFuture<?> setVoters(List<Member> current, List<Member> wanted) {
        RatisNode running = raft.get();
        return running == null
                ? CompletableFuture.failedFuture(new IllegalStateException("the store is closed"))
                : running.setVoters(current, wanted);
    }

    /** {@return the peer ids of the voters that have answered their leader lately} */
    public final Set<String> answering() {
        RatisNode running = raft.get();
        return running == null ? Set.of() : running.answering(silenceMillis);
    }
}
