package io.troupe.jmh.bench;

import java.io.IOException;
import java.util.Locale;

/** What can be run by itself; each has its part of the targets. */
enum Scenario {
    /** Two JVMs: sockets, transport, actors; and the codec in this one. */
    NET,
    /** Three JVMs that write to disk, beside three of bare Ratis. */
    DURABLE,
    /** Three JVMs of which one is killed, and whose shards are moved. */
    FAILOVER,
    /** Three JVMs that do nothing. */
    FOOTPRINT,
    /** Three JVMs with very many entities. */
    SCALE;

    /**
     * Measures every target of the scenario.
     *
     * @throws BenchException if a target was neither measured nor explained
     */
    void run(Rounds rounds, Report report) throws IOException, InterruptedException {
        switch (this) {
            case NET -> NetScenario.run(rounds, report);
            case DURABLE -> DurableScenario.run(rounds, report);
            case FAILOVER -> FailoverScenario.run(rounds, report);
            case FOOTPRINT -> FootprintScenario.run(rounds, report);
            case SCALE -> ScaleScenario.run(rounds, report);
        }
        report.requireEveryTargetOf(this);
    }

    String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
