package io.troupe.transport.internal.tcp;

import java.util.concurrent.atomic.AtomicLong;

import io.troupe.transport.TransportCounters;

/** The counters of one messaging system; written by the agent, read by anyone. */
final class Counts {
    final AtomicLong protocolErrors = new AtomicLong();
    final AtomicLong tlsFailures = new AtomicLong();
    final AtomicLong refusals = new AtomicLong();
    final AtomicLong handlerFailures = new AtomicLong();
    final AtomicLong droppedFrames = new AtomicLong();
    final AtomicLong turnedAway = new AtomicLong();
    final AtomicLong lateWakeUps = new AtomicLong();
    final AtomicLong stalledLinks = new AtomicLong();
    final AtomicLong openedCircuits = new AtomicLong();

    TransportCounters snapshot() {
        return new TransportCounters(
                protocolErrors.get(),
                tlsFailures.get(),
                refusals.get(),
                handlerFailures.get(),
                droppedFrames.get(),
                turnedAway.get(),
                lateWakeUps.get(),
                stalledLinks.get(),
                openedCircuits.get());
    }

    /** True for the 1st, 2nd, 4th, 8th ... time: what a stranger can cause without end is logged without flooding. */
    static boolean worthALine(long count) {
        return Long.bitCount(count) == 1;
    }
}
