package io.troupe.metadata.internal.ratis;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.internal.node.NodeAgent;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.ConsistentCut;

/** Drives a {@link ConsistentCut} of all groups of a voter, on the metadata thread of the first one. */
final class StatesOfGroups implements ConsistentCut.Output {
    private final List<ReplicaStore> groups;
    private final NodeAgent agent;
    private final CompletableFuture<List<StateView>> done = new CompletableFuture<>();
    private final ConsistentCut cut;

    private StatesOfGroups(List<ReplicaStore> groups, NodeAgent agent) {
        this.groups = groups;
        this.agent = agent;
        cut = new ConsistentCut(groups.size(), this);
    }

    /**
     * {@return the states of all groups as of one moment, with everything that was acknowledged before this call}
     *
     * @param groups the stores of all groups, in order
     * @param agent  the first group's
     */
    static CompletableFuture<List<StateView>> of(List<ReplicaStore> groups, NodeAgent agent) {
        StatesOfGroups states = new StatesOfGroups(groups, agent);
        states.execute(states.cut::begin);
        return states.done;
    }

    private void execute(Runnable event) {
        agent.execute(event);
        MetadataException over = agent.ended();
        if (over != null) {
            done.completeExceptionally(over); // The thread may be gone already.
        }
    }

    @Override
    public void hold(int group, int millis) {
        groups.get(group).hold(millis);
    }

    @Override
    public void ask(int group, long question) {
        CompletableFuture<?> unused = groups.get(group)
                .point()
                .whenComplete((revision, failure) -> execute(() -> {
                    if (failure == null) {
                        cut.onPoint(group, question);
                    } else {
                        cut.onFailure(question, failure);
                    }
                }));
    }

    @Override
    public StateView state(int group) {
        return groups.get(group).state();
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
