package io.troupe.chaos.process.scenario;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Clients that keep a cluster busy at a steady rate, and record what they did and saw. */
interface Workload extends AutoCloseable {
    /** Which clients there are. */
    enum Name {
        /** Reads, writes and compare-and-sets of registers in the replicated store. */
        REGISTER,
        /** Messages to durable entities. */
        LEDGER;

        /** The checkers that have something to check in what these clients record. */
        List<String> checkers() {
            return switch (this) {
                case REGISTER -> List.of("linearizability");
                case LEDGER ->
                    List.of(
                            "no-lost-ack",
                            "no-doubled-effect",
                            "pair-order",
                            "epochs-do-not-interleave",
                            "single-owner");
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Name parse(String word) {
            return Arrays.stream(values())
                    .filter(name -> name.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("unknown workload '" + word + "' (known: "
                            + Arrays.stream(values()).map(Name::word).collect(Collectors.joining(", ")) + ")"));
        }
    }

    /** Operations that took effect for certain. */
    int acknowledged();

    /** Operations that ended without an effect, or with an unknown outcome. */
    int unsettled();

    /** Operations whose outcome is open. */
    int inFlight();

    /** When the oldest operation was sent whose outcome is open; now if none is. */
    long oldestOpenSince(long nowNs);

    /** Sends nothing more; what is in flight may still end. */
    void stop();

    /**
     * Records what is still in flight as unknown, and what the healed cluster holds now.
     *
     * @return why that could not be read; empty if it was
     */
    String conclude(Duration limit);

    @Override
    void close();
}
