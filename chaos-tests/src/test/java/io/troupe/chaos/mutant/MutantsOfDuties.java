package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in what durable entities send and promise themselves. */
final class MutantsOfDuties {
    private static final String ACTORS = "actors/src/main/java/io/troupe/actors/";
    private static final String CORES = ACTORS + "internal/durable/";
    private static final String STATE = "raft-metadata/src/main/java/io/troupe/metadata/internal/state/";

    private static final String SIMULATION = "chaos.sim.OutboxSimulationTest";

    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "receiver settles the channel of a relayed message, not its place",
                    ACTORS + "RelayedMessage.java",
                    "        return new Op.Settle(session(), origin.shard(),",
                    "        if (true) return carrier.settle(ending, reply);\n        return new Op.Settle(session(), origin.shard(),",
                    SIMULATION),
            bug(
                    "new owner does not load the outbox",
                    ACTORS + "Duties.java",
                    "for (KeyValue entry : owed.outbox()) {",
                    "for (KeyValue entry : List.<KeyValue>of()) {",
                    SIMULATION),
            bug(
                    "new owner does not load the reminders",
                    ACTORS + "Duties.java",
                    "for (KeyValue entry : owed.reminders()) {",
                    "for (KeyValue entry : List.<KeyValue>of()) {",
                    SIMULATION),
            bug(
                    "effect of a reminder leaves it standing",
                    ACTORS + "EntityStore.java",
                    "            then.add(own.change());\n",
                    "",
                    SIMULATION),
            bug(
                    "what an entity promised itself is kept though it does not stand",
                    ACTORS + "EntityStore.java",
                    "            conditions.add(own.stands());\n",
                    "",
                    SIMULATION),
            bug(
                    "refused promise is taken for a broken predecessor",
                    ACTORS + "DurableCell.java",
                    "return message instanceof OwnMessage own && !own.standsIn(answer.reads())",
                    "return false",
                    SIMULATION),
            bug(
                    "entry goes before its sender has heard of the end",
                    CORES + "Outbox.java",
                    "        if (notice == null) {\n            ended.add(entry.sequence());\n        }\n",
                    "        ended.add(entry.sequence());\n",
                    SIMULATION),
            bug(
                    "floor passes what was not heard of",
                    CORES + "Outbox.java",
                    "standing.isEmpty() ? known + 1 : Math.min(known + 1, standing.firstKey())",
                    "standing.isEmpty() ? known + 1 : standing.firstKey()",
                    "actors.internal.durable.OutboxTest"),
            bug(
                    "floor passes what stands",
                    CORES + "Outbox.java",
                    "standing.isEmpty() ? known + 1 : Math.min(known + 1, standing.firstKey())",
                    "known + 1",
                    SIMULATION),
            bug(
                    "entry is sent far above the floor",
                    CORES + "SendQueue.java",
                    "heads.isEmpty() || heads.firstKey() >= end",
                    "heads.isEmpty()",
                    "actors.internal.durable.OutboxTest"),
            bug(
                    "what was put back comes last",
                    CORES + "SendQueue.java",
                    "queue.pollFirstEntry()",
                    "queue.pollLastEntry()",
                    "actors.internal.durable.OutboxTest"),
            bug(
                    "what a shard owes is sent under its lock",
                    ACTORS + "Duties.java",
                    "        cells.byId.values().forEach(Cell::wake);\n",
                    "        cells.byId.values().forEach(Cell::wake);\n        pump();\n",
                    SIMULATION),
            bug(
                    "target without room holds up all others",
                    CORES + "SendQueue.java",
                    "if (heads.isEmpty() ||",
                    "if (!heldUp.isEmpty() || heads.isEmpty() ||",
                    "actors.internal.durable.OutboxTest"),
            bug(
                    "target that had no room is sent what comes later",
                    CORES + "SendQueue.java",
                    "} else if (!heldUp.contains(target)) {",
                    "} else {",
                    "actors.internal.durable.OutboxTest"),
            bug(
                    "full outbox keeps out what works it off",
                    CORES + "Outbox.java",
                    "int more = endsOne ? messages - 1 : messages;",
                    "int more = messages;",
                    "actors.internal.durable.OutboxTest"),
            bug(
                    "reminder comes before its time",
                    CORES + "Reminders.java",
                    "waiting.first().reminder().dueMillis() <= nowMillis",
                    "waiting.first().reminder().dueMillis() <= nowMillis + 1",
                    "actors.internal.durable.RemindersTest"),
            bug(
                    "shard with much to hand out has every turn",
                    CORES + "FairRound.java",
                    "            next = (next + 1) % shards;\n",
                    "            next = out < limit ? (next + 1) % shards : next;\n",
                    "actors.internal.durable.FairRoundTest"),
            bug(
                    "step hands out its most of every shard",
                    CORES + "FairRound.java",
                    "            left -= out;\n",
                    "            left = Math.max(1, left - out);\n",
                    "actors.internal.durable.FairRoundTest"),
            bug(
                    "reminder without a place is handed out again in the same tick",
                    CORES + "Reminders.java",
                    "        refused.add(standing);\n",
                    "        refused.add(standing);\n        retry();\n",
                    "actors.internal.durable.RemindersTest"),
            bug(
                    "rest of a bounded step waits for the next tick",
                    "cluster/src/main/java/io/troupe/cluster/internal/runtime/BoundedSteps.java",
                    "            waiting = true;\n            cluster.execute(this::take);\n",
                    "",
                    "cluster.internal.runtime.BoundedStepsTest"),
            bug(
                    "replaced reminder is put back",
                    CORES + "Reminders.java",
                    "if (byKey.get(standing.key()) == standing) {",
                    "if (byKey.containsKey(standing.key())) {",
                    "actors.internal.durable.RemindersTest"),
            bug(
                    "session of an outbox is not open",
                    STATE + "Transactions.java",
                    " || settle.session().isOutbox()",
                    "",
                    "metadata.internal.state.SettleTest"),
            bug(
                    "append takes the newest sequence again",
                    STATE + "Transactions.java",
                    "ByteBuffer.wrap(newest.value()).getLong() + 1",
                    "ByteBuffer.wrap(newest.value()).getLong()",
                    SIMULATION));

    private MutantsOfDuties() {}
}
