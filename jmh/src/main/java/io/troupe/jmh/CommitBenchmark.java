package io.troupe.jmh;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.Compare;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.Outcome;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one replica spends on the commit of a durable entity: decode and apply, 256 commits in a log entry. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CommitBenchmark {
    /** Made by the JMH runner. */
    public CommitBenchmark() {}

    private static final int COMMITS = 256;
    private static final int SHARDS = 1024;
    private static final int ENTITIES = 10_000;
    private static final byte[] FENCE = ByteBuffer.allocate(8).putLong(7).array();

    private final MetadataState state = new MetadataState();
    private final long[] sequences = new long[SHARDS];
    private SessionId session = new SessionId("bench", 0);
    private long submits;
    private long commits;

    /** Opens the session and raises the fences. */
    @Setup
    public void open() {
        Applied opened = state.apply(1, List.of(new Command.OpenSession("bench", "disk", 1, 60_000)));
        session = ((Outcome.SessionOpened) opened.outcomes().get(0)).session();
        List<Txn> fences = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            fences.add(Txn.of(new Op.Put("fence/" + shard, FENCE)));
        }
        state.apply(1, List.of(new Command.Submit(session, ++submits, fences)));
    }

    /** {@return what the entry came to} */
    @Benchmark
    @OperationsPerInvocation(COMMITS)
    public Applied commit() {
        List<Txn> txns = new ArrayList<>(COMMITS);
        for (int i = 0; i < COMMITS; i++) {
            int entity = (int) (commits++ % ENTITIES);
            int shard = entity % SHARDS;
            long sequence = ++sequences[shard];
            byte[] value = ByteBuffer.allocate(64).putLong(commits).array();
            txns.add(Txn.guarded(
                    List.of(Compare.value("fence/" + shard, Compare.Relation.EQUAL, FENCE)),
                    List.of(
                            new Op.Settle(session, shard, sequence, Math.max(1, sequence - 4), 1, new byte[0]),
                            new Op.Put("entity/" + shard + "/order/" + entity, value))));
        }
        byte[] entry = EntryCodec.encode(List.of(new Command.Submit(session, ++submits, txns)));
        return state.apply(1, EntryCodec.decode(entry));
    }
}
