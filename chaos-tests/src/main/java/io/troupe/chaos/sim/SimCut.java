package io.troupe.chaos.sim;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.ConsistentCut;

/** The states of all groups as of one moment, as a voter has them for a backup. */
final class SimCut implements ConsistentCut.Output {
    private final SimNode node;
    private final CompletableFuture<List<StateView>> done = new CompletableFuture<>();
    private final ConsistentCut cut;

    private SimCut(SimNode node, int groups) {
        this.node = node;
        cut = new ConsistentCut(groups, this);
    }

    /**
     * {@return completes with the states; not if the life of the node ends before}
     *
     * @param node   the voter
     * @param groups how many groups there are
     */
    static CompletableFuture<List<StateView>> of(SimNode node, int groups) {
        SimCut made = new SimCut(node, groups);
        made.cut.begin();
        return made.done;
    }

    @Override
    public void hold(int group, int millis) {
        node.store(group).hold(millis);
    }

    @Override
    public void ask(int group, long question) {
        NodeStore store = node.store(group);
        CompletableFuture<Long> point =
                group == 0 ? store.barrier() : store.keepAlive().thenCompose(store::awaitRevision);
        CompletableFuture<?> unused = point.whenComplete((revision, failure) -> {
            if (failure == null) {
                cut.onPoint(group, question);
            } else {
                cut.onFailure(question, failure);
            }
        });
    }

    @Override
    public StateView state(int group) {
        return node.store(group).state();
    }

    @Override
    public void onCut(List<StateView> states) {
        done.complete(states);
    }

    @Override
    public void onNoCut(Throwable failure) {
        done.completeExceptionally(failure);
    }
}
