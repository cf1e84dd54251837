package io.troupe.cluster.internal.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import io.troupe.cluster.ClusterException;
import io.troupe.cluster.internal.keys.LiveNode;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataView.Leader;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Who is to lead when this node gives the leadership up, and the handing over: the best heir is asked first, and the
 * next one when that fails. On the cluster thread.
 */
final class Succession {
    /** How often it is looked whether somebody else leads. */
    private static final long LOOK_NS = 5_000_000;

    private final MetadataStore store;
    private final Requests requests;
    private final Predicate<String> suspects;
    private final NanoClock clock;

    /** One abdication: who is left to ask, until when, and the term that is to end. */
    private record Abdication(Deque<String> heirs, long endNs, long term, CompletableFuture<String> done) {}

    Succession(MetadataStore store, Requests requests, Predicate<String> suspects, NanoClock clock) {
        this.store = store;
        this.requests = requests;
        this.suspects = suspects;
        this.clock = clock;
    }

    MetadataStore store() {
        return store;
    }

    /** {@return the other voters that live, the best first} */
    List<String> heirs() {
        return heirs(
                store.nodeId(),
                store.voters().stream().map(Voter::nodeId).toList(),
                LiveNode.all(store.view()),
                suspects);
    }

    /**
     * Who has a link to this node comes before who has none, for the log has to reach it first; who stays comes before
     * who is about to leave; then the order is that of the ids.
     */
    static List<String> heirs(String self, List<String> voters, List<LiveNode> live, Predicate<String> suspects) {
        List<LiveNode> able = new ArrayList<>(live);
        able.removeIf(node -> node.nodeId().equals(self) || !voters.contains(node.nodeId()));
        able.sort(Comparator.<LiveNode, Boolean>comparing(node -> suspects.test(node.nodeId()))
                .thenComparing(LiveNode::draining)
                .thenComparing(LiveNode::nodeId));
        return able.stream().map(LiveNode::nodeId).toList();
    }

    /** Makes another voter the leader, and answers who that is. */
    void abdicate(Duration limit, CompletableFuture<String> done) {
        Leader present = store.view().leader();
        List<String> heirs = heirs();
        if (!store.isLeader() || present == null) {
            throw new ClusterException(
                    ClusterException.Code.NOT_LEADING,
                    "node " + store.nodeId() + " does not lead: ask "
                            + (present == null ? "again later" : present.nodeId()));
        }
        if (heirs.isEmpty()) {
            throw new ClusterException(
                    ClusterException.Code.LAST_NODE,
                    "node " + store.nodeId() + " is the last of the voters "
                            + store.voters().stream().map(Voter::nodeId).toList()
                            + " that lives: start another one before it gives up the leadership");
        }
        long endNs = clock.nanoTime() + Requests.nanos(limit);
        ask(new Abdication(new ArrayDeque<>(heirs), endNs, present.term(), done), null);
    }

    private void ask(Abdication abdication, @Nullable Throwable failure) {
        long leftNs = abdication.endNs - clock.nanoTime();
        String heir = leftNs <= 0 ? null : abdication.heirs.poll();
        if (heir == null) {
            abdication.done.completeExceptionally(
                    failure == null
                            ? new ClusterException(
                                    ClusterException.Code.TIMEOUT,
                                    "node " + store.nodeId() + " was not given the time to hand over the leadership")
                            : Wiring.explain(failure));
            return;
        }
        Duration share = Duration.ofNanos(leftNs / (abdication.heirs.size() + 1));
        CompletableFuture<?> unused = store.transferLeadership(heir, share)
                .whenComplete((transferred, why) -> requests.later(0, () -> {
                    if (why == null || !store.isLeader()) {
                        look(abdication);
                    } else {
                        ask(abdication, why);
                    }
                }));
    }

    /** It leads no more; who does is known here once this node has applied the first entry of the new term. */
    private void look(Abdication abdication) {
        Leader now = store.view().leader();
        if (now != null && now.term() > abdication.term) {
            abdication.done.complete(now.nodeId());
        } else if (clock.nanoTime() - abdication.endNs >= 0) {
            abdication.done.completeExceptionally(new ClusterException(
                    ClusterException.Code.TIMEOUT,
                    "node " + store.nodeId() + " gave up the leadership, and has not heard of a new leader in time:"
                            + " see who leads"));
        } else if (!abdication.done.isDone()) {
            requests.later(LOOK_NS, () -> look(abdication));
        }
    }
}
