package io.troupe.jmh;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.troupe.cluster.internal.placement.Candidate;
import io.troupe.cluster.internal.placement.PlacementPlanner;
import io.troupe.cluster.internal.placement.ShardHash;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Who owns what: a plan for many nodes, and the way from an entity to its shard, which every message takes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlacementBenchmark {
    /** Made by the JMH runner. */
    public PlacementBenchmark() {}

    private static final int SHARDS = 1024;
    private static final int NODES = 100;
    private static final int IDS = 1024;

    private final List<Candidate> nodes = IntStream.range(0, NODES)
            .mapToObj(node -> new Candidate("node-" + node, node + 1, 1))
            .toList();
    private final @Nullable String[] nobody = new String[SHARDS];
    private final @Nullable String[] oneLost = withoutTheFirst();
    private final String[] ids =
            IntStream.range(0, IDS).mapToObj(n -> "customer-" + n).toArray(String[]::new);
    private int next;

    private @Nullable String[] withoutTheFirst() {
        @Nullable
        String[] owners = Arrays.stream(PlacementPlanner.plan(SHARDS, nodes, nobody))
                .map(Candidate::nodeId)
                .toArray(String[]::new);
        Arrays.setAll(owners, shard -> "node-0".equals(owners[shard]) ? null : owners[shard]);
        return owners;
    }

    /** {@return the plan for a new cluster of 100 nodes} */
    @Benchmark
    public Candidate[] planOfAllShards() {
        return PlacementPlanner.plan(SHARDS, nodes, nobody);
    }

    /** {@return the plan after the loss of one of them} */
    @Benchmark
    public Candidate[] planAfterALoss() {
        return PlacementPlanner.plan(SHARDS, nodes.subList(1, NODES), oneLost);
    }

    /** {@return the shard of an entity} */
    @Benchmark
    public int shardOfAnEntity() {
        return ShardHash.shard("customer", ids[next++ & IDS - 1], SHARDS);
    }
}
