package io.troupe.chaos.sim;

import org.agrona.concurrent.NanoClock;

/** A node's monotonic clock: starts anywhere, runs a little fast or slow, and stands still in a suspended machine. */
final class VirtualClock implements NanoClock {
    private static final long PPM = 1_000_000;

    private final Simulation world;
    private long local;
    private long asOf;
    private int ratePpm;
    private boolean stopped;

    VirtualClock(Simulation world, long start, int ratePpm) {
        this.world = world;
        local = start;
        this.ratePpm = ratePpm;
    }

    @Override
    public long nanoTime() {
        return now();
    }

    long now() {
        long passed = world.now() - asOf;
        return stopped ? local : local + passed + passed * ratePpm / PPM;
    }

    void rate(int newRatePpm) {
        settle();
        ratePpm = newRatePpm;
    }

    void stop() {
        settle();
        stopped = true;
    }

    void goOn() {
        settle();
        stopped = false;
    }

    private void settle() {
        local = now();
        asOf = world.now();
    }
}
