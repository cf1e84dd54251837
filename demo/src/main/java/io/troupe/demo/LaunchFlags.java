package io.troupe.demo;

import picocli.CommandLine.Option;

/** The options that every command has. */
final class LaunchFlags {
    @Option(names = "--nodes", paramLabel = "N", description = "1, 3, 5 or 7 nodes (default 3)")
    private int nodes = 3;

    @Option(
            names = "--kill",
            paramLabel = "WHO",
            converter = OptionValues.OfKillMode.class,
            description = "leader, random, all or none is hit half-way (default leader)")
    private KillMode kill = KillMode.LEADER;

    @Option(
            names = "--by",
            paramLabel = "HOW",
            converter = OptionValues.OfHarm.class,
            description = "kill (SIGKILL; all at once are started again), pause (SIGSTOP for three leases) or restart"
                    + " (in order, one after the other) (default kill)")
    private Harm by = Harm.KILL;

    @Option(
            names = "--failover",
            paramLabel = "HOW",
            converter = OptionValues.OfFailover.class,
            description = "safe (elections SAFE, lease 3 s) for any machine, or fast (FAST, 0.5 s) for one that is left"
                    + " alone and has a quick disk (default safe)")
    private Failover failover = Failover.SAFE;

    @Option(
            names = "--state-groups",
            paramLabel = "N",
            description =
                    "0 to 15 Raft groups for the states of entities; 0 keeps them in that of the cluster (default 0)")
    private int stateGroups;

    @Option(names = "--seed", paramLabel = "N", description = "of the generated input and a random kill (default 1)")
    private long seed = 1;

    @Option(names = "--port", paramLabel = "N", description = "first of two loopback ports a node (default any free)")
    private int port;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this and exit")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    /** Throws {@link io.troupe.demo.input.BadInputException} if a value is out of range. */
    LaunchOptions checked() {
        return new LaunchOptions(nodes, kill, by, new ClusterSettings(failover, stateGroups), seed, port);
    }
}
