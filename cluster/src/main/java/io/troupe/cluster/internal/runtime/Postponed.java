package io.troupe.cluster.internal.runtime;

import java.util.concurrent.ConcurrentLinkedQueue;

/** What the store was too busy to take, to be tried again with the next tick. Any thread may add. */
final class Postponed {
    private final ConcurrentLinkedQueue<Runnable> steps = new ConcurrentLinkedQueue<>();

    void add(Runnable step) {
        steps.add(step);
    }

    /** Runs what waits now; what that adds waits for the next time. */
    void run() {
        for (int waiting = steps.size(); waiting > 0; waiting--) {
            Runnable step = steps.poll();
            if (step != null) {
                step.run();
            }
        }
    }
}
