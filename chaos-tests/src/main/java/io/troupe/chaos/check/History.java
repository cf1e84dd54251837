package io.troupe.chaos.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** All that a run recorded, in the order of recording, already known not to contradict itself. Immutable. */
public final class History {
    private final List<Event> events;

    private History(List<Event> events) {
        this.events = List.copyOf(events);
    }

    /**
     * A history of these events.
     *
     * @param events in the order of recording
     * @return the history
     * @throws IllegalArgumentException if an event contradicts the ones before it
     */
    public static History of(List<? extends Event> events) {
        Builder builder = new Builder();
        events.forEach(builder::add);
        return builder.build();
    }

    /** {@return everything, in the order of recording} */
    public List<Event> events() {
        return events;
    }

    /**
     * The events of one type.
     *
     * @param type which record
     * @param <E> the record
     * @return them in the order of recording
     */
    public <E extends Event> List<E> all(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * {@return the effects of each entity by position; effects that claim one position stay in the order of recording}
     */
    Map<String, List<Event.Effect>> effectsByEntity() {
        Map<String, List<Event.Effect>> effects = new TreeMap<>();
        for (Event.Effect effect : all(Event.Effect.class)) {
            effects.computeIfAbsent(effect.entity(), entity -> new ArrayList<>())
                    .add(effect);
        }
        effects.values().forEach(list -> list.sort(Comparator.comparingLong(Event.Effect::position)));
        return effects;
    }

    /** Collects events and refuses the one that contradicts what was recorded before. */
    public static final class Builder {
        private final List<Event> events = new ArrayList<>();
        private final Set<String> invoked = new HashSet<>();
        /** Process to the one operation that it has open. */
        private final Map<String, Event.Invocation> open = new HashMap<>();

        private final Map<String, Long> lastNanos = new HashMap<>();
        private final Set<String> told = new HashSet<>();
        private final Set<List<Object>> sequences = new HashSet<>();
        private final Set<List<Object>> views = new HashSet<>();
        private final Set<List<Object>> samples = new HashSet<>();
        private Event.@Nullable Fault fault;

        /** Starts with no event. */
        public Builder() {}

        /**
         * Adds one event.
         *
         * @param event the next in the order of recording
         * @return this builder
         * @throws IllegalArgumentException if it contradicts an event before it; the message says how
         */
        public Builder add(Event event) {
            if (event instanceof Event.Invocation invocation) {
                invoke(invocation);
            } else if (event instanceof Event.Response response) {
                respond(response);
            } else if (event instanceof Event.Tell tell) {
                require(told.add(tell.op()), "the message " + tell.op() + " is told twice: name each message once");
                require(
                        sequences.add(List.of(tell.sender(), tell.target(), tell.sequence())),
                        tell.sender() + " uses the sequence " + tell.sequence() + " to " + tell.target()
                                + " twice: count up with each message");
            } else if (event instanceof Event.View view) {
                require(
                        views.add(List.of(view.round(), view.node(), view.set(), view.shard())),
                        view.node() + " shows shard " + view.set() + "/" + view.shard() + " twice in round "
                                + view.round());
            } else if (event instanceof Event.Resources sample) {
                require(
                        samples.add(List.of(sample.node(), sample.phase())),
                        "the resources of " + sample.node() + " are counted twice for one phase");
            } else if (event instanceof Event.Fault step) {
                turn(step);
            }
            events.add(event);
            return this;
        }

        /** {@return the history of all events so far} */
        public History build() {
            return new History(events);
        }

        private void invoke(Event.Invocation invocation) {
            Event.Invocation before = open.get(invocation.process());
            if (before != null) {
                throw new IllegalArgumentException(invocation.process() + " invokes " + invocation.op() + " while its "
                        + before.op() + " is open: respond first, with unknown if nothing is known");
            }
            require(
                    invoked.add(invocation.op()),
                    "the operation " + invocation.op() + " is invoked twice: name each operation once");
            advance(invocation.process(), invocation.nanos());
            open.put(invocation.process(), invocation);
        }

        private void respond(Event.Response response) {
            Event.Invocation invocation = open.remove(response.process());
            if (invocation == null || !invocation.op().equals(response.op())) {
                throw new IllegalArgumentException(response.process() + " gets a response to " + response.op()
                        + ", but its open operation is " + (invocation == null ? "none" : invocation.op()));
            }
            require(
                    response.value() == null || invocation.kind() == Event.Kind.READ,
                    "the response to " + response.op() + " has a value: only a read returns one");
            require(
                    response.outcome() != Event.Outcome.REFUSED || invocation.kind() == Event.Kind.CAS,
                    "the operation " + response.op() + " is refused: only a cas can be");
            advance(response.process(), response.nanos());
        }

        private void turn(Event.Fault step) {
            Event.Fault begun = fault;
            if (step.step() == Event.Step.BEGIN) {
                require(begun == null, "the fault " + step.name() + " begins while another one lasts: end that first");
                fault = step;
            } else {
                require(
                        begun != null
                                && begun.name().equals(step.name())
                                && begun.nodes().equals(step.nodes())
                                && begun.nanos() <= step.nanos(),
                        "the fault " + step.name() + " of " + step.nodes() + " ends, but what lasts is "
                                + (begun == null ? "none" : begun));
                fault = null;
            }
        }

        private void advance(String process, long nanos) {
            long last = lastNanos.getOrDefault(process, 0L);
            require(nanos >= last, "the time of " + process + " goes back from " + last + " to " + nanos);
            lastNanos.put(process, nanos);
        }

        private static void require(boolean condition, String otherwise) {
            if (!condition) {
                throw new IllegalArgumentException(otherwise);
            }
        }
    }
}
