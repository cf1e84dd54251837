package io.troupe.chaos.check;

import org.jspecify.annotations.Nullable;

/**
 * One line of a {@code history.jsonl}: something that one party of a run saw.
 *
 * <p>A history is a UTF-8 text of one flat JSON object a line. The field {@code type} names the record, every other
 * field is a component of that record under its own name: a string, an integer that fits a long, or a lower-case word
 * of an enum. A component that may be absent is left out; there is no {@code null}, no nesting, no fraction. A field
 * that the record does not have, a field given twice and a missing field are errors.
 *
 * <pre>
 * {"type":"invoke","nanos":10,"process":"c1","op":"c1-1","kind":"cas","key":"k","expected":"a","value":"b"}
 * {"type":"respond","nanos":25,"process":"c1","op":"c1-1","outcome":"refused"}
 * {"type":"tell","nanos":30,"sender":"s1","target":"account-7","sequence":1,"op":"s1-1","outcome":"committed"}
 * {"type":"effect","nanos":90,"entity":"account-7","epoch":41,"op":"s1-1","position":1}
 * {"type":"ownership","node":"n1","set":"default","shard":17,"epoch":41,"from":5,"to":80}
 * {"type":"alive","round":3,"node":"n1"}
 * {"type":"view","round":3,"node":"n1","set":"default","shard":17,"owner":"n2","epoch":44}
 * {"type":"resources","node":"n1","phase":"before","threads":31,"files":40,"heap":25000000}
 * {"type":"fault","nanos":40,"name":"leader-kill","nodes":"n2","step":"begin"}
 * </pre>
 *
 * <p>All {@code nanos} come from one monotonic clock: within a process they never decrease, and across processes they
 * must be comparable (one recorder, or processes of one machine that share the kernel's monotonic clock).
 */
public sealed interface Event {
    /** What a client asks of a register. */
    enum Kind {
        /** Returns the value. */
        READ,
        /** Replaces the value. */
        WRITE,
        /** Replaces the value if it equals the expected one. */
        CAS
    }

    /** What a client learnt about its operation on a register. */
    enum Outcome {
        /** It took effect; a read returned its value. */
        OK,
        /** A compare-and-set took place and found another value than the expected one. */
        REFUSED,
        /** Proven: it never took effect and never will. */
        FAILED,
        /** It may have taken effect, may still do so, or may not. */
        UNKNOWN
    }

    /** What a sender learnt about its message. */
    enum Settlement {
        /** Acknowledged: it has its effect. */
        COMMITTED,
        /** Proven: it has no effect and never will. */
        FAILED,
        /** Nothing is known. */
        UNKNOWN
    }

    /** When resources were counted: before the first fault, or after the run has ended and settled. */
    enum Phase {
        /** Before the load. */
        BEFORE,
        /** After the load, once all has settled. */
        AFTER
    }

    /** Whether a fault is coming or going. */
    enum Step {
        /** Recorded before the fault is brought about. */
        BEGIN,
        /** Recorded before the fault is taken back. */
        END
    }

    /**
     * A client starts an operation on a register. It ends at the {@link Response} of the same {@code op}; without one
     * its outcome is unknown. A process has at most one operation open.
     *
     * @param nanos when, before the request left
     * @param process the client
     * @param op names the operation, once in a history
     * @param kind what it does
     * @param key which register; registers are independent and start absent
     * @param expected of a compare-and-set only; absent means "the register is absent"
     * @param value what a write or compare-and-set stores; absent means "the register becomes absent"
     */
    record Invocation(
            long nanos,
            String process,
            String op,
            Kind kind,
            String key,
            @Nullable String expected,
            @Nullable String value)
            implements Event {
        /**
         * Refuses arguments that do not belong to the kind.
         *
         * @param nanos when, before the request left
         * @param process the client
         * @param op names the operation, once in a history
         * @param kind what it does
         * @param key which register; registers are independent and start absent
         * @param expected of a compare-and-set only; absent means "the register is absent"
         * @param value what a write or compare-and-set stores; absent means "the register becomes absent"
         * @throws IllegalArgumentException if one is refused
         */
        public Invocation {
            notNegative("nanos", nanos);
            named("process", process);
            named("op", op);
            named("key", key);
            if (kind == Kind.READ && value != null) {
                throw new IllegalArgumentException("the invocation of read " + op + " has the value '" + value
                        + "': a read has its value in the response");
            }
            if (kind != Kind.CAS && expected != null) {
                throw new IllegalArgumentException(
                        "operation " + op + " expects '" + expected + "': only a cas may expect a value");
            }
        }
    }

    /**
     * A client learns the outcome of its open operation.
     *
     * @param nanos when, after the answer arrived
     * @param process the client
     * @param op the operation
     * @param outcome what is known
     * @param value of a successful read: what it returned, absent if the register was absent
     */
    record Response(
            long nanos,
            String process,
            String op,
            Outcome outcome,
            @Nullable String value) implements Event {
        /**
         * Refuses a value without success.
         *
         * @param nanos when, after the answer arrived
         * @param process the client
         * @param op the operation
         * @param outcome what is known
         * @param value of a successful read: what it returned, absent if the register was absent
         * @throws IllegalArgumentException if one is refused
         */
        public Response {
            notNegative("nanos", nanos);
            named("process", process);
            named("op", op);
            if (outcome != Outcome.OK && value != null) {
                throw new IllegalArgumentException(
                        "the response of " + op + " has the value '" + value + "': only the outcome ok may return one");
            }
        }
    }

    /**
     * A message and what its sender finally knows about it. Sequences count up per sender and target, in the order of
     * sending; who sends with two guarantees uses two sender names, since order is promised within one guarantee.
     *
     * @param nanos when the outcome was recorded
     * @param sender who sent
     * @param target the entity
     * @param sequence of this sender to this target
     * @param op names the message, once in a history
     * @param outcome what the sender knows
     * @param sent when it was sent; absent if nobody looked
     */
    record Tell(
            long nanos,
            String sender,
            String target,
            long sequence,
            String op,
            Settlement outcome,
            @Nullable Long sent) implements Event {
        /**
         * Refuses empty names, negative numbers and an end before the start.
         *
         * @param nanos when the outcome was recorded
         * @param sender who sent
         * @param target the entity
         * @param sequence of this sender to this target
         * @param op names the message, once in a history
         * @param outcome what the sender knows
         * @param sent when it was sent; absent if nobody looked
         * @throws IllegalArgumentException if one is refused
         */
        public Tell {
            notNegative("nanos", nanos);
            named("sender", sender);
            named("target", target);
            notNegative("sequence", sequence);
            named("op", op);
            if (sent != null && (sent < 0 || sent > nanos)) {
                throw new IllegalArgumentException(
                        "message " + op + " is sent at " + sent + ", but its outcome was recorded at " + nanos);
            }
        }
    }

    /**
     * What a message did to an entity, as the entity's accepted state tells it after the run has healed. Not what a
     * handler believed when it ran: an effect that a later owner erased must be missing here.
     *
     * @param nanos when it was recorded
     * @param entity whose effect
     * @param epoch of the ownership that wrote it
     * @param op the message that caused it
     * @param position its place among all effects of the entity
     */
    record Effect(long nanos, String entity, long epoch, String op, long position) implements Event {
        /**
         * Refuses empty names and negative numbers.
         *
         * @param nanos when it was recorded
         * @param entity whose effect
         * @param epoch of the ownership that wrote it
         * @param op the message that caused it
         * @param position its place among all effects of the entity
         * @throws IllegalArgumentException if one is refused
         */
        public Effect {
            notNegative("nanos", nanos);
            named("entity", entity);
            notNegative("epoch", epoch);
            named("op", op);
            notNegative("position", position);
        }
    }

    /**
     * The time in which one node believed that it may run a shard.
     *
     * @param node who believed it
     * @param set the shard set
     * @param shard number within the set
     * @param epoch under which it believed it
     * @param from first instant
     * @param to first instant at which it no longer did; absent: until the end of the history
     */
    record Ownership(
            String node,
            String set,
            long shard,
            long epoch,
            long from,
            @Nullable Long to) implements Event {
        /**
         * Refuses empty names, negative numbers and an end before the start.
         *
         * @param node who believed it
         * @param set the shard set
         * @param shard number within the set
         * @param epoch under which it believed it
         * @param from first instant
         * @param to first instant at which it no longer did; absent: until the end of the history
         * @throws IllegalArgumentException if one is refused
         */
        public Ownership {
            named("node", node);
            named("set", set);
            notNegative("shard", shard);
            notNegative("epoch", epoch);
            notNegative("from", from);
            if (to != null && to < from) {
                throw new IllegalArgumentException("the ownership of shard " + set + "/" + shard + " by " + node
                        + " ends at " + to + ", before it starts at " + from);
            }
        }
    }

    /**
     * A node that is expected to be up in a round of snapshots. The round with the highest number is the end.
     *
     * @param round number of the snapshot
     * @param node who must answer in it
     */
    record Alive(long round, String node) implements Event {
        /**
         * Refuses empty names and negative numbers.
         *
         * @param round number of the snapshot
         * @param node who must answer in it
         * @throws IllegalArgumentException if one is refused
         */
        public Alive {
            notNegative("round", round);
            named("node", node);
        }
    }

    /**
     * One line of a node's shard map in a round of snapshots.
     *
     * @param round number of the snapshot
     * @param node whose map
     * @param set the shard set
     * @param shard number within the set
     * @param owner who owns it by this map; absent if nobody does
     * @param epoch of that ownership
     */
    record View(
            long round,
            String node,
            String set,
            long shard,
            @Nullable String owner,
            long epoch) implements Event {
        /**
         * Refuses empty names and negative numbers.
         *
         * @param round number of the snapshot
         * @param node whose map
         * @param set the shard set
         * @param shard number within the set
         * @param owner who owns it by this map; absent if nobody does
         * @param epoch of that ownership
         * @throws IllegalArgumentException if one is refused
         */
        public View {
            notNegative("round", round);
            named("node", node);
            named("set", set);
            notNegative("shard", shard);
            notNegative("epoch", epoch);
        }
    }

    /**
     * What a process of the run holds.
     *
     * @param node which process
     * @param phase before or after the load
     * @param threads live threads
     * @param files open file descriptors
     * @param heap bytes in use after a collection
     */
    record Resources(String node, Phase phase, long threads, long files, long heap) implements Event {
        /**
         * Refuses empty names and negative numbers.
         *
         * @param node which process
         * @param phase before or after the load
         * @param threads live threads
         * @param files open file descriptors
         * @param heap bytes in use after a collection
         * @throws IllegalArgumentException if one is refused
         */
        public Resources {
            named("node", node);
            notNegative("threads", threads);
            notNegative("files", files);
            notNegative("heap", heap);
        }
    }

    /**
     * One step of a fault. Faults of a run do not overlap: each BEGIN is followed by its END.
     *
     * @param nanos when
     * @param name which fault
     * @param nodes whom it hits, for a person; or {@code all}
     * @param step whether it comes or goes
     */
    record Fault(long nanos, String name, String nodes, Step step) implements Event {
        /**
         * Refuses empty names and negative numbers.
         *
         * @param nanos when
         * @param name which fault
         * @param nodes whom it hits, for a person; or {@code all}
         * @param step whether it comes or goes
         * @throws IllegalArgumentException if one is refused
         */
        public Fault {
            notNegative("nanos", nanos);
            named("name", name);
            named("nodes", nodes);
        }
    }

    private static void notNegative(String field, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(field + " is " + value + ": it must not be negative");
        }
    }

    private static void named(String field, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(field + " is empty: it must name something");
        }
    }
}
