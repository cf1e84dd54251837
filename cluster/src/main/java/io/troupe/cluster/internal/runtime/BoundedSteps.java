package io.troupe.cluster.internal.runtime;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Work that is done in bounded steps on the cluster thread, so that it never holds up the lease: as long as there is
 * more, one step waits behind what else waits for the thread, and never two. Each tick begins it anew if none waits. On
 * the cluster thread.
 */
final class BoundedSteps {
    private final BooleanSupplier step;
    private final Executor cluster;
    /** A step waits for the thread. */
    private boolean waiting;

    /** The step does a part, and answers whether there is more. */
    BoundedSteps(BooleanSupplier step, Executor cluster) {
        this.step = step;
        this.cluster = cluster;
    }

    void onTick() {
        if (!waiting) {
            take();
        }
    }

    private void take() {
        waiting = false; // if the step throws, the next tick begins anew
        if (step.getAsBoolean()) {
            waiting = true;
            cluster.execute(this::take);
        }
    }
}
