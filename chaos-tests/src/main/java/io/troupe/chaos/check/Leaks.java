package io.troupe.chaos.check;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * After the run each process is back at the threads, files and heap it had before, within an allowance. One that is not
 * up in the final round of snapshots need not be counted again.
 */
public final class Leaks implements Checker {
    /** Threads that may have come with a new role: a voter that leads, or led once, has 15 more. */
    public static final long DEFAULT_MORE_THREADS = 32;
    /** Files that may have been opened, such as links to nodes that came back and segments of the log. */
    public static final long DEFAULT_MORE_FILES = 32;
    /** Heap that caches may have filled. */
    public static final long DEFAULT_MORE_HEAP = 32L << 20;

    private final long moreThreads;
    private final long moreFiles;
    private final long moreHeap;

    /** Allows the defaults. */
    public Leaks() {
        this(DEFAULT_MORE_THREADS, DEFAULT_MORE_FILES, DEFAULT_MORE_HEAP);
    }

    /**
     * Sets the allowance.
     *
     * @param moreThreads threads that may be more than before
     * @param moreFiles file descriptors that may be more
     * @param moreHeap bytes that may be more
     */
    public Leaks(long moreThreads, long moreFiles, long moreHeap) {
        this.moreThreads = moreThreads;
        this.moreFiles = moreFiles;
        this.moreHeap = moreHeap;
    }

    @Override
    public String name() {
        return "leaks";
    }

    @Override
    public Verdict check(History history) {
        Map<String, Event.Resources> before = new TreeMap<>();
        Map<String, Event.Resources> after = new TreeMap<>();
        for (Event.Resources sample : history.all(Event.Resources.class)) {
            (sample.phase() == Event.Phase.BEFORE ? before : after).put(sample.node(), sample);
        }
        Findings findings = new Findings(name(), "counts compared");
        Set<String> up = FinalRound.of(history).maps().keySet();
        before.forEach((node, base) -> {
            Event.Resources now = after.get(node);
            if (now != null) {
                compare(node, base, now, findings);
            } else if (up.isEmpty() || up.contains(node)) {
                // Only a node that is known to be down at the end holds nothing by right.
                findings.violation("the resources of " + node + " are counted before the run and not after it");
            }
        });
        return findings.verdict("no process has its resources counted before and after");
    }

    private void compare(String node, Event.Resources base, Event.Resources now, Findings findings) {
        compare(node + " has threads", base.threads(), now.threads(), moreThreads, findings);
        compare(node + " has open files", base.files(), now.files(), moreFiles, findings);
        compare(node + " has bytes of heap", base.heap(), now.heap(), moreHeap, findings);
    }

    private static void compare(String what, long base, long now, long allowed, Findings findings) {
        findings.checked();
        if (now - base > allowed) {
            findings.violation(what + ": " + base + " before, " + now + " after, at most " + allowed + " more allowed");
        }
    }
}
