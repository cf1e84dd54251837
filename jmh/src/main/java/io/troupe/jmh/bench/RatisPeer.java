package io.troupe.jmh.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.jmh.ratis.BareRatis;
import io.troupe.metadata.MetadataConfig.Election;

/** A voter of bare Ratis, the baseline of the replicated log. A child's main class. */
final class RatisPeer {
    private RatisPeer() {}

    /**
     * Runs the voter until the parent ends.
     *
     * @param arguments its id, its data directory, the election preset, and the seeds as
     *     {@code id:messagingPort:raftPort}
     * @throws IOException if the voter cannot start or standard input fails
     */
    public static void main(String[] arguments) throws IOException {
        Election election = Election.valueOf(arguments[2]);
        List<BareRatis.Voter> voters = new ArrayList<>();
        for (String seed : Arrays.asList(arguments).subList(3, arguments.length)) {
            String[] parts = seed.split(":", -1);
            voters.add(new BareRatis.Voter(parts[0], Integer.parseInt(parts[2])));
        }
        try (BareRatis ratis = BareRatis.start(
                arguments[0], Path.of(arguments[1]), election.minMillis(), election.maxMillis(), voters)) {
            Child.serve(arguments[0], new WriteLoad(new RatisLog(ratis)));
        }
    }

    /** An entry for a write. */
    private record RatisLog(BareRatis ratis) implements WriteLoad.ReplicatedLog {
        @Override
        public boolean leads() {
            return ratis.leads();
        }

        @Override
        public CompletableFuture<?> write(byte[] value) {
            return ratis.write(value);
        }
    }
}
