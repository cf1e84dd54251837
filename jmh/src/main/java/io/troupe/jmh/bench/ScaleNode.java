package io.troupe.jmh.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DataFormatException;

import io.troupe.actors.ActorContext;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Effect;
import io.troupe.actors.EntityId;
import io.troupe.actors.Kind;
import io.troupe.actors.StatefulHandler;
import io.troupe.cluster.ClusterConfig;
import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.transport.kryo.MessageRegistry;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * A node with very many durable entities, and what it is told to do with its store and its heap. A child's main class.
 */
final class ScaleNode {
    /** What an entity's state has, and a value of the store. */
    static final int LENGTH = 100;

    static final Kind<Page> PAGE = Kind.durable("page", Page.class, Text.class, DurablePage::new);
    static final Kind<Ringing> ALARM = Kind.durable("alarm", Ringing.class, Due.class, Alarm::new);
    static final MessageRegistry MESSAGES = MessageRegistry.builder()
            .add(1000, Write.class)
            .add(1001, Touch.class)
            .add(1002, Text.class)
            .add(1003, Arm.class)
            .add(1004, Ring.class)
            .add(1005, Due.class)
            .build();

    /** A live heap of 1 GiB at most, and room for what is thrown away. */
    static final List<String> MEMORY = List.of("-Xmx2g", "-XX:+UseG1GC");

    static final BenchCluster.Program PROGRAM =
            new BenchCluster.Program(ScaleNode.class, MEMORY, MESSAGES, List.of(PAGE, ALARM));

    /** Of the values that make the log long, and how many keys have them. */
    private static final int HEAVY_LENGTH = 512 * 1024, HEAVY_KEYS = 4;

    private static final int KEYS_IN_A_TXN = 100, TXNS_IN_FLIGHT = 64;
    private static final int LIMIT_SECONDS = 60;

    /** From the due time of each reminder to the commit of its effect here, in milliseconds. */
    private static final Histogram LATENESS = new SynchronizedHistogram(TimeUnit.HOURS.toMillis(1), 3);

    private ScaleNode() {}

    /** What a page understands. */
    sealed interface Page {}

    /** Sets the text. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Write(byte[] text) implements Page {}

    /** Changes nothing, but for being settled. */
    record Touch() implements Page {}

    /** The state of a page. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Text(byte[] text) {}

    /** What an alarm understands. */
    sealed interface Ringing {}

    /** Sets the reminder to a time of the machine's clock. */
    record Arm(long dueMillis) implements Ringing {}

    /** The reminder. */
    record Ring(long dueMillis) implements Ringing {}

    /** The state of an alarm: when it rings. */
    record Due(long millis) {}

    /**
     * Runs the node until the parent ends.
     *
     * @param arguments as those of {@link BenchNode#main}
     * @throws IOException if standard input fails
     */
    public static void main(String[] arguments) throws IOException {
        ClusterConfig config = BenchNode.config(
                        arguments[0],
                        Duration.ofMillis(Long.parseLong(arguments[2])),
                        Election.valueOf(arguments[3]),
                        Arrays.asList(arguments).subList(5, arguments.length))
                .dataDir(Path.of(arguments[1]))
                .build();
        try (ClusterActorSystem system =
                ClusterActorSystem.start(config, MESSAGES, PAGE, ALARM).join()) {
            Child.serve(system.nodeId(), command -> answer(system, command));
        }
    }

    /**
     * Knows {@code leads}; {@code heap} (used after a full collection, and active entities); {@code keys n} (puts n
     * keys); {@code heavy n} (puts n long values, one after the other); {@code late} (the {@link #LATENESS} so far);
     * and {@code forget} (empties it).
     */
    private static String answer(ClusterActorSystem system, String command) throws InterruptedException {
        MetadataStore store = system.cluster().store();
        String[] words = command.split(" ", -1);
        return switch (words[0]) {
            case "leads" -> Boolean.toString(store.isLeader());
            case "heap" -> {
                ManagementFactory.getMemoryMXBean().gc();
                yield ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + " "
                        + system.metrics().actorCount();
            }
            case "keys" -> {
                putKeys(store, Integer.parseInt(words[1]));
                yield words[1];
            }
            case "heavy" -> {
                putHeavy(store, Integer.parseInt(words[1]));
                yield words[1];
            }
            case "late" -> encoded(LATENESS.copy());
            case "forget" -> {
                LATENESS.reset();
                yield "";
            }
            default -> throw new BenchException("unknown command " + command);
        };
    }

    private static void putKeys(MetadataStore store, int count) throws InterruptedException {
        Semaphore free = new Semaphore(TXNS_IN_FLIGHT);
        AtomicInteger failed = new AtomicInteger();
        byte[] value = new byte[LENGTH];
        for (int from = 0; from < count; from += KEYS_IN_A_TXN) {
            Op[] puts = new Op[Math.min(KEYS_IN_A_TXN, count - from)];
            for (int i = 0; i < puts.length; i++) {
                puts[i] = new Op.Put(String.format(Locale.ROOT, "bench/%08d", from + i), value);
            }
            take(free, 1);
            CompletableFuture<?> unused = store.txn(Txn.of(puts)).whenComplete((result, failure) -> {
                if (failure != null) {
                    failed.incrementAndGet();
                }
                free.release();
            });
        }
        take(free, TXNS_IN_FLIGHT);
        if (failed.get() > 0) {
            throw new BenchException(failed.get() + " transactions of " + KEYS_IN_A_TXN + " keys failed");
        }
    }

    private static void take(Semaphore free, int permits) throws InterruptedException {
        if (!free.tryAcquire(permits, LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("no transaction has ended for " + LIMIT_SECONDS + " s");
        }
    }

    private static void putHeavy(MetadataStore store, int count) {
        byte[] value = new byte[HEAVY_LENGTH];
        for (int i = 0; i < count; i++) {
            var unused = store.txn(Txn.of(new Op.Put("heavy/" + i % HEAVY_KEYS, value)))
                    .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
    }

    private static String encoded(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    /** {@return the histogram that a node has answered {@code late} with} */
    static Histogram decoded(String answer) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(answer)), 0);
        } catch (DataFormatException e) {
            throw new BenchException("no histogram: " + answer);
        }
    }

    private static final class DurablePage implements StatefulHandler<Text, Page> {
        @Override
        public Text initialState(EntityId id) {
            return new Text(new byte[0]);
        }

        @Override
        public Effect<Text> receive(Text text, Page message, ActorContext<Page> context) {
            return message instanceof Write write ? Effect.persist(new Text(write.text())) : Effect.none();
        }
    }

    private static final class Alarm implements StatefulHandler<Due, Ringing> {
        @Override
        public Due initialState(EntityId id) {
            return new Due(0);
        }

        @Override
        public Effect<Due> receive(Due due, Ringing message, ActorContext<Ringing> context) {
            if (message instanceof Arm arm) {
                long delay = Math.max(0, arm.dueMillis() - System.currentTimeMillis());
                return Effect.persist(new Due(arm.dueMillis()))
                        .thenRemind("ring", Duration.ofMillis(delay), new Ring(arm.dueMillis()));
            }
            long at = ((Ring) message).dueMillis();
            return Effect.persist(new Due(0))
                    .thenRun(() -> LATENESS.recordValue(Math.max(0, System.currentTimeMillis() - at)));
        }
    }
}
