package io.troupe.metadata.internal.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.submit.ConsistentCut;

/** Drives a {@link ConsistentCut} of all groups of a voter, on one thread. */
public final class StatesOfGroups implements ConsistentCut.Output {
    private final List<? extends Group> groups;
    private final Executor thread;
    private final CompletableFuture<List<StateView>> done = new CompletableFuture<>();
    private final ConsistentCut cut;

    /** What the store of one group is asked for. */
    public interface Group {
        /**
         * Asks whoever leads this group to let its data stand still for a moment.
         *
         * @param millis for how long; 0 if no longer
         */
        void hold(int millis);

        /** {@return completes when {@link #state} has everything that was acknowledged before this call} */
        CompletableFuture<Long> point();

        /** {@return what this node has applied} */
        StateView state();
    }

    private StatesOfGroups(List<? extends Group> groups, Executor thread) {
        this.groups = groups;
        this.thread = thread;
        cut = new ConsistentCut(groups.size(), this);
    }

    /**
     * {@return the states of all groups as of one moment, with everything that was acknowledged before this call}
     *
     * @param groups the stores of all groups, in order
     * @param thread runs one step after the other; throws {@link MetadataException} once it has ended
     */
    public static CompletableFuture<List<StateView>> of(List<? extends Group> groups, Executor thread) {
        StatesOfGroups states = new StatesOfGroups(groups, thread);
        states.execute(states.cut::begin);
        return states.done;
    }

    private void execute(Runnable event) {
        try {
            thread.execute(event);
        } catch (MetadataException over) {
            done.completeExceptionally(over);
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
