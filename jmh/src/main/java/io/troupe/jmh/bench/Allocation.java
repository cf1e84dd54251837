package io.troupe.jmh.bench;

import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

import com.sun.management.ThreadMXBean;

/** How many bytes threads of this JVM have allocated. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TIMES = 10_000;

    /** What was made last, so that it is made at all. */
    @SuppressWarnings("unused")
    private static volatile Object escaped = THREADS;

    private Allocation() {}

    /** {@return bytes that all living threads have allocated} */
    static long ofAllThreads() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes); // -1 for a thread that has just ended.
        }
        return sum;
    }

    /** {@return the bytes of one object that the supplier makes} */
    static long of(Supplier<?> maker) {
        long thread = Thread.currentThread().getId();
        escaped = maker.get();
        long before = THREADS.getThreadAllocatedBytes(thread);
        for (int i = 0; i < TIMES; i++) {
            escaped = maker.get();
        }
        return (THREADS.getThreadAllocatedBytes(thread) - before) / TIMES;
    }
}
