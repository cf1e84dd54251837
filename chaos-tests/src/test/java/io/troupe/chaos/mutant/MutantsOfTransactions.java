package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in what several entities do together. */
final class MutantsOfTransactions {
    private static final String ACTORS = "actors/src/main/java/io/troupe/actors/";
    private static final String CORES = ACTORS + "internal/durable/";
    private static final String SIMULATION = "chaos.sim.TransactionSimulationTest";

    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "transaction compares the predecessor of no entity",
                    ACTORS + "EntityStore.java",
                    "            required.add(follows(EntityKeys.entity(shard.shard(), write.id()), write.predecessor()));\n",
                    "",
                    SIMULATION),
            bug(
                    "transaction has no settle mark",
                    ACTORS + "EntityStore.java",
                    "        then.add(message.settle(whole.ending(), whole.reply()));\n",
                    "",
                    SIMULATION),
            bug(
                    "transaction commits the entities that accept although one rejects",
                    ACTORS + "JointOutcome.java",
                    "if (outcome.ending() != Ending.DONE) {",
                    "if (number == decided.size() - 1 && outcome.ending() != Ending.DONE) {",
                    SIMULATION),
            bug(
                    "entity that waits in a transaction does not hear what the store refused",
                    ACTORS + "DurableCell.java",
                    "if (answers.isEmpty()\n",
                    "if (true\n",
                    SIMULATION),
            bug(
                    "transaction that was refused is forgotten by its entities",
                    CORES + "EntityCommitLog.java",
                    "                broken = true;\n                discard(place);\n",
                    "                broken = true;\n",
                    SIMULATION),
            bug(
                    "transaction that changed nothing of an entity is overtaken there when it is refused",
                    CORES + "EntityCommitLog.java",
                    "                broken = true;\n                discard(place);\n",
                    "                broken |= place.next() != null;\n                discard(place);\n",
                    "actors.internal.durable.EntityCommitLogTest"),
            bug(
                    "entity goes on before the others of its transaction have decided",
                    CORES + "Rendezvous.java",
                    "return missing == 0 ? Step.ALL : Step.WAIT;",
                    "return missing == 0 ? Step.ALL : Step.OVER;",
                    "actors.internal.durable.RendezvousTest"),
            bug(
                    "entity of a transaction that is over is waited for",
                    CORES + "Rendezvous.java",
                    "        over = true;\n        return take();",
                    "        return take();",
                    "actors.internal.durable.RendezvousTest"));

    private MutantsOfTransactions() {}
}
