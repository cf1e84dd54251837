package io.troupe.transport;

/** Which threads drive the links of a node. */
public enum ThreadingMode {
    /** One for all lanes: the fewest threads, and the right choice on a few processors. */
    SHARED,

    /**
     * One for each lane of {@link TransportConfig#lanes()}, so that no lane waits for the thread of another one, and
     * the handler of one may be slow without holding up the others. It is then called by as many threads at a time,
     * though never by two for one lane.
     */
    DEDICATED,

    /** None: the host calls {@link MessagingSystem#invoke()}, again and again, from a thread of its own. */
    INVOKER
}
