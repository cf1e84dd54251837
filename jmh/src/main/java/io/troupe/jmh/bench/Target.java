package io.troupe.jmh.bench;

/** What the product promises to reach: one line each, with its limit. */
enum Target {
    TRANSPORT_SPIN("transport round trip, spin, p50", "us", Compared.RATIO, 1.3, "raw NIO spin ping-pong"),
    TRANSPORT_DEFAULT("transport round trip, default idling, p50", "us", Compared.RATIO, 1.3, "raw blocking ping-pong"),
    TRANSPORT_ONE_WAY("transport one way, 24 bytes", "msg/s", Compared.AT_LEAST, 15e6, "raw stream, 64 KiB writes"),
    REMOTE_ASK("remote ask between actors, default idling, p50", "us", Compared.RATIO, 1.4, "raw blocking ping-pong"),
    REMOTE_ASK_SWITCHES("thread switches per remote ask, both processes", "", Compared.AT_MOST, 4, ""),
    TELL_AT_MOST_ONCE("remote tell, one pair, AT_MOST_ONCE", "msg/s", Compared.AT_LEAST, 2.5e6, ""),
    TELL_AT_LEAST_ONCE("remote tell, one pair, AT_LEAST_ONCE", "msg/s", Compared.AT_LEAST, 1.2e6, ""),
    TELL_CPU("processor time per AT_MOST_ONCE tell, both processes", "us", Compared.AT_MOST, 0.75, ""),
    DURABLE_MANY("durable EXACTLY_ONCE effects, 10,000 entities", "/s", Compared.AT_LEAST, 60_000, ""),
    DURABLE_HOT("durable EXACTLY_ONCE effects, one entity", "/s", Compared.AT_LEAST, 20_000, ""),
    DURABLE_LATENCY("durable EXACTLY_ONCE effect, one at a time, p50", "us", Compared.RATIO, 1.5, "bare Ratis write"),
    FAILOVER_LEADER("leader killed to all shards served, lease 500 ms, FAST", "s", Compared.AT_MOST, 1.5, ""),
    FAILOVER_FOLLOWER("follower killed to all shards served, lease 500 ms, FAST", "s", Compared.AT_MOST, 1.2, ""),
    IDLE_CPU("idle voter of three: processor time", "%", Compared.AT_MOST, 1, ""),
    IDLE_RSS("idle voter of three: resident memory", "MB", Compared.AT_MOST, 250, ""),
    IDLE_THREADS("idle voter of three: threads of the JVM", "", Compared.AT_MOST, 45, "");

    /** How a figure is held against the limit. */
    enum Compared {
        /** The figure itself is to be at least the limit. */
        AT_LEAST,
        /** The figure itself is to be at most the limit. */
        AT_MOST,
        /** The figure divided by the baseline of the same run is to be at most the limit. */
        RATIO
    }

    final String title;
    final String unit;
    final Compared compared;
    final double limit;
    final String baseline;

    Target(String title, String unit, Compared compared, double limit, String baseline) {
        this.title = title;
        this.unit = unit;
        this.compared = compared;
        this.limit = limit;
        this.baseline = baseline;
    }

    boolean reachedBy(double figure, double ratio) {
        return switch (compared) {
            case AT_LEAST -> figure >= limit;
            case AT_MOST -> figure <= limit;
            case RATIO -> ratio <= limit;
        };
    }
}
