package io.troupe.jmh.bench;

import static io.troupe.jmh.bench.Scenario.DURABLE;
import static io.troupe.jmh.bench.Scenario.FAILOVER;
import static io.troupe.jmh.bench.Scenario.FOOTPRINT;
import static io.troupe.jmh.bench.Scenario.NET;
import static io.troupe.jmh.bench.Scenario.SCALE;
import static io.troupe.jmh.bench.Target.Compared.AT_LEAST;
import static io.troupe.jmh.bench.Target.Compared.AT_MOST;
import static io.troupe.jmh.bench.Target.Compared.RATIO;

/** What the product promises to reach: one line each, with its limit. */
enum Target {
    TRANSPORT_SPIN(NET, "transport round trip, spin, p50", "us", RATIO, 1.3, "raw NIO spin"),
    TRANSPORT_DEFAULT(NET, "transport round trip, default idling, p50", "us", RATIO, 1.3, "raw blocking"),
    TRANSPORT_HAND(NET, "transport one way, hand codec, 24 bytes", "msg/s", AT_LEAST, 15e6, "raw stream"),
    TRANSPORT_HAND_GARBAGE(NET, "  allocated per message, both processes", "B", AT_MOST, 0.5, ""),
    TRANSPORT_KRYO(NET, "transport one way, Kryo class of three longs", "msg/s", AT_LEAST, 8e6, "raw stream"),
    TRANSPORT_KRYO_GARBAGE(NET, "  allocated per message, besides the message", "B", AT_MOST, 0.5, ""),
    TRANSPORT_TLS(NET, "transport one way with TLS, hand codec, 24 bytes", "msg/s", AT_LEAST, 4e6, "without TLS"),
    TRANSPORT_TLS_TRIP(NET, "transport round trip, spin, p50: added by TLS", "us", AT_MOST, 4, "without TLS"),
    TRANSPORT_UNIX_SPIN(NET, "transport round trip, Unix-domain socket, spin, p50", "us", RATIO, 1, "over TCP"),
    TRANSPORT_UNIX_DEFAULT(NET, "transport round trip, Unix-domain socket, default, p50", "us", RATIO, 1, "over TCP"),

    LINK_RESUMED(NET, "connection lost under a load: resumed after, max", "ms", AT_MOST, 100, ""),

    REMOTE_ASK(NET, "remote ask, default idling, p50", "us", RATIO, 1.4, "raw blocking"),
    REMOTE_ASK_P99(NET, "remote ask, default idling, p99", "us", RATIO, 2.5, "its p50"),
    REMOTE_ASK_P999(NET, "remote ask, default idling, p99.9", "us", AT_MOST, 1_000, ""),
    REMOTE_ASK_SWITCHES(NET, "thread switches per remote ask, both processes", "", AT_MOST, 4, ""),
    REMOTE_ASK_SPIN(NET, "remote ask, one spinner per process, p50", "us", RATIO, 2, "raw NIO spin"),
    SHARDED_ASK(NET, "sharded ask over plain ask, p50", "us", RATIO, 1.05, "plain ask"),

    TELL_MOST(NET, "remote tell, one pair, AT_MOST_ONCE", "msg/s", AT_LEAST, 2.5e6, ""),
    TELL_MOST_CPU(NET, "  processor time per message, both processes", "us", AT_MOST, 0.75, ""),
    TELL_MOST_SWITCHES(NET, "  thread switches per message", "", AT_MOST, 0.02, ""),
    TELL_LEAST(NET, "remote tell, one pair, AT_LEAST_ONCE", "msg/s", AT_LEAST, 1.2e6, ""),
    TELL_LEAST_CPU(NET, "  processor time per message, both processes", "us", AT_MOST, 0.75, ""),
    TELL_LEAST_SWITCHES(NET, "  thread switches per message", "", AT_MOST, 0.02, ""),
    TELL_MOST_8(NET, "remote tell, 8 pairs, AT_MOST_ONCE", "msg/s", AT_LEAST, 2.5e6, ""),
    TELL_MOST_8_CPU(NET, "  processor time per message, both processes", "us", AT_MOST, 0.75, ""),
    TELL_MOST_8_SWITCHES(NET, "  thread switches per message", "", AT_MOST, 0.02, ""),
    TELL_LEAST_8(NET, "remote tell, 8 pairs, AT_LEAST_ONCE", "msg/s", AT_LEAST, 1.2e6, ""),
    TELL_LEAST_8_CPU(NET, "  processor time per message, both processes", "us", AT_MOST, 0.75, ""),
    TELL_LEAST_8_SWITCHES(NET, "  thread switches per message", "", AT_MOST, 0.02, ""),
    SHARDED_MOST(NET, "tell to 1,000 sharded entities, AT_MOST_ONCE", "msg/s", AT_LEAST, 2e6, ""),
    SHARDED_LEAST(NET, "tell to 1,000 sharded entities, AT_LEAST_ONCE", "msg/s", AT_LEAST, 1e6, ""),
    SHARDED_EXACTLY(NET, "tell to 1,000 sharded entities, EXACTLY_ONCE", "msg/s", AT_LEAST, 1e6, ""),

    CODEC(NET, "codec, write and read of a 5-field record", "ns", AT_MOST, 60, ""),
    CODEC_LENGTH(NET, "  encoded length", "B", AT_MOST, 40, ""),
    CODEC_GARBAGE(NET, "  allocated besides the message", "B", AT_MOST, 0.5, ""),

    LOCAL_TELL_THREAD(NET, "local tell, thread to actor", "msg/s", AT_LEAST, 20e6, ""),
    LOCAL_TELL_ACTOR(NET, "local tell, actor to actor", "msg/s", AT_LEAST, 20e6, ""),
    LOCAL_ASK(NET, "local ask, blocking caller, p50", "us", AT_MOST, 5, ""),
    LOCAL_PING_PONG(NET, "local ping-pong of two actors on one worker, p50", "us", AT_MOST, 0.17, ""),

    DURABLE_MANY(DURABLE, "durable EXACTLY_ONCE effects, 10,000 entities", "/s", AT_LEAST, 60_000, ""),
    DURABLE_HOT(DURABLE, "durable EXACTLY_ONCE effects, one entity", "/s", AT_LEAST, 20_000, ""),
    OUTBOX_HOP(DURABLE, "outbox hop to an entity on another node, mean of a chain", "us", RATIO, 3, "bare Ratis write"),
    METADATA_WRITE(DURABLE, "metadata write, one at a time, p50", "us", RATIO, 1.15, "bare Ratis"),
    METADATA_WRITE_ETCD(DURABLE, "metadata write against etcd, p50", "us", RATIO, 1.6, "etcd"),
    METADATA_BATCHED(DURABLE, "metadata transactions of 100 bytes", "/s", AT_LEAST, 100_000, "bare Ratis entries"),
    METADATA_READ_1K(DURABLE, "metadata local read, 1,000 keys", "ns", AT_MOST, 100, ""),
    METADATA_READ_1M(DURABLE, "metadata local read, 1,000,000 keys", "ns", AT_MOST, 300, ""),

    WRITE_FAST(FAILOVER, "leader loss to write, FAST, p50", "s", AT_MOST, 0.3, "bare Ratis"),
    WRITE_FAST_MAX(FAILOVER, "leader loss to write, FAST, max", "s", AT_MOST, 0.5, "bare Ratis"),
    WRITE_DEFAULT(FAILOVER, "leader loss to write, DEFAULT, p50", "s", AT_MOST, 0.5, "bare Ratis"),
    WRITE_DEFAULT_MAX(FAILOVER, "leader loss to write, DEFAULT, max", "s", AT_MOST, 1.5, "bare Ratis"),
    WRITE_SAFE(FAILOVER, "leader loss to write, SAFE, p50", "s", AT_MOST, 1.5, "bare Ratis"),
    WRITE_SAFE_MAX(FAILOVER, "leader loss to write, SAFE, max", "s", AT_MOST, 3, "bare Ratis"),
    SERVED_FOLLOWER_SHORT(FAILOVER, "follower lost to all shards served, 500 ms, FAST", "s", AT_MOST, 1.2, ""),
    SERVED_LEADER_SHORT(FAILOVER, "leader lost to all shards served, 500 ms, FAST", "s", AT_MOST, 1.5, ""),
    SERVED_FOLLOWER_LONG(FAILOVER, "follower lost to all shards served, 3 s, DEFAULT", "s", AT_MOST, 4.5, ""),
    SERVED_LEADER_LONG(FAILOVER, "leader lost to all shards served, 3 s, DEFAULT", "s", AT_MOST, 5.5, ""),
    MOVE_IDLE(FAILOVER, "planned move of a shard, idle: longest answer", "ms", AT_MOST, 50, ""),
    MOVE_LOAD(FAILOVER, "planned move of a shard, under load: longest answer", "ms", AT_MOST, 150, ""),

    IDLE_CPU(FOOTPRINT, "idle voter of three: processor time", "%", AT_MOST, 1, ""),
    IDLE_RSS(FOOTPRINT, "idle voter of three: resident memory", "MB", AT_MOST, 250, ""),
    IDLE_THREADS(FOOTPRINT, "idle voter of three: threads of the JVM", "", AT_MOST, 45, ""),
    SPAWN(FOOTPRINT, "spawn of actors", "/s", AT_LEAST, 1e6, ""),
    ACTOR_HEAP(FOOTPRINT, "heap per idle actor", "B", AT_MOST, 300, ""),

    SCALE_HEAP(SCALE, "1,000,000 durable entities: live heap of a node", "MiB", AT_MOST, 1_024, ""),
    SCALE_ACTIVE(SCALE, "  heap per active entity, beyond its state", "B", AT_MOST, 600, ""),
    SCALE_STALL(SCALE, "  longest commit beside a snapshot", "ms", AT_MOST, 50, "alone"),
    SCALE_RESTART(SCALE, "  node killed to its shards served again", "s", AT_MOST, 20, ""),
    REMINDERS_RATE(SCALE, "100,000 reminders due at once", "/s", AT_LEAST, 10_000, ""),
    REMINDERS_LATE(SCALE, "100,000 reminders, 10,000 due a second: latest", "s", AT_MOST, 1, ""),
    KEYS_SNAPSHOT(SCALE, "metadata store, 1,000,000 keys: snapshot", "s", AT_MOST, 20, ""),
    KEYS_RESTART(SCALE, "  voter killed to back in the cluster", "s", AT_MOST, 20, "");

    /** How a figure is held against the limit. */
    enum Compared {
        /** The figure itself is to be at least the limit. */
        AT_LEAST,
        /** The figure itself is to be at most the limit. */
        AT_MOST,
        /** The figure divided by the baseline of the same run is to be at most the limit. */
        RATIO
    }

    final Scenario scenario;
    final String title;
    final String unit;
    final Compared compared;
    final double limit;

    /** What the ratio is taken to; it decides only where {@link #compared} is RATIO. */
    final String baseline;

    Target(Scenario scenario, String title, String unit, Compared compared, double limit, String baseline) {
        this.scenario = scenario;
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
