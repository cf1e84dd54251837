package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A run can only refute something if its faults met work: an operation was in flight during each fault, enough
 * operations had an outcome, and few of the outcomes are unknown. A run without that is INVALID, whatever the other
 * checkers say.
 */
public final class LoadUnderFaults implements Checker {
    /** Operations with a known effect, per second from the first call to the last outcome. */
    public static final long DEFAULT_MIN_PER_SECOND = 20;
    /** Of all operations that were not proven to have failed. */
    public static final int MAX_UNKNOWN_PERCENT = 1;

    private final long minPerSecond;

    /** The time of one operation; one that never ended lasts for ever. */
    private record Span(long from, long to) {}

    private record Window(Event.Fault begin, long end) {}

    /** What the clients did, message or register. */
    private static final class Load {
        private final List<Span> spans = new ArrayList<>();
        private long ended;
        private long unknown;
        private long first = Long.MAX_VALUE;
        private long last;

        void add(long from, long to, boolean isKnown) {
            spans.add(new Span(from, to));
            ended += isKnown ? 1 : 0;
            unknown += isKnown ? 0 : 1;
            first = Math.min(first, from);
            last = Math.max(last, to == Long.MAX_VALUE ? from : to);
        }

        double seconds() {
            return Math.max(1, last - first) / (double) TimeUnit.SECONDS.toNanos(1);
        }
    }

    /** The default rate. */
    public LoadUnderFaults() {
        this(DEFAULT_MIN_PER_SECOND);
    }

    /**
     * Sets the rate.
     *
     * @param minPerSecond operations with a known effect that a run needs in every second, on average
     */
    public LoadUnderFaults(long minPerSecond) {
        this.minPerSecond = minPerSecond;
    }

    @Override
    public String name() {
        return "load-under-faults";
    }

    @Override
    public Verdict check(History history) {
        Load load = loadOf(history);
        List<Window> windows = windows(history);
        List<String> lacks = new ArrayList<>();
        if (windows.isEmpty()) {
            lacks.add("no fault was injected");
        }
        for (Window window : windows) {
            long begin = window.begin().nanos();
            if (load.spans.stream().noneMatch(span -> span.from() < window.end() && span.to() > begin)) {
                lacks.add("no operation was in flight while the fault "
                        + window.begin().name() + " of " + window.begin().nodes() + " lasted, from " + begin + " to "
                        + window.end());
            }
        }
        if (load.ended < minPerSecond * load.seconds() || load.ended == 0) {
            lacks.add(String.format(
                    "%d operations in %.1f s are too few: at least %d in a second",
                    load.ended, load.spans.isEmpty() ? 0.0 : load.seconds(), minPerSecond));
        }
        if (load.unknown * 100 > MAX_UNKNOWN_PERCENT * (load.ended + load.unknown)) {
            lacks.add("the outcome of " + load.unknown + " of " + (load.ended + load.unknown)
                    + " operations is unknown: at most " + MAX_UNKNOWN_PERCENT + " % may be");
        }
        String numbers = String.format(
                "%d faults, %.0f operations a second, %d unknown",
                windows.size(), load.spans.isEmpty() ? 0.0 : load.ended / load.seconds(), load.unknown);
        return new Verdict(
                name(),
                lacks.isEmpty() ? Verdict.Result.PASS : Verdict.Result.INVALID,
                lacks.isEmpty() ? load.ended : 0,
                "operations",
                lacks.isEmpty() ? numbers : String.join("; ", lacks),
                lacks);
    }

    private static Load loadOf(History history) {
        Load load = new Load();
        Map<String, Event.Response> responses = new HashMap<>();
        for (Event.Response response : history.all(Event.Response.class)) {
            responses.put(response.op(), response);
        }
        for (Event.Invocation invocation : history.all(Event.Invocation.class)) {
            Event.Response response = responses.get(invocation.op());
            Event.Outcome outcome = response == null ? Event.Outcome.UNKNOWN : response.outcome();
            if (outcome != Event.Outcome.FAILED) {
                load.add(
                        invocation.nanos(),
                        response == null ? Long.MAX_VALUE : response.nanos(),
                        outcome != Event.Outcome.UNKNOWN);
            }
        }
        for (Event.Tell tell : history.all(Event.Tell.class)) {
            Long sent = tell.sent();
            if (tell.outcome() != Event.Settlement.FAILED) {
                load.add(
                        sent == null ? tell.nanos() : sent, tell.nanos(), tell.outcome() == Event.Settlement.COMMITTED);
            }
        }
        return load;
    }

    private static List<Window> windows(History history) {
        List<Window> windows = new ArrayList<>();
        Event.@Nullable Fault begun = null;
        for (Event.Fault fault : history.all(Event.Fault.class)) {
            if (fault.step() == Event.Step.BEGIN) {
                begun = fault;
            } else if (begun != null) {
                windows.add(new Window(begun, fault.nanos()));
                begun = null;
            }
        }
        return windows;
    }
}
