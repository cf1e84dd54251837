package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs that nothing kills so far; {@code docs/testing.md} says why. */
final class MutantsAlive {
    private static final String DELIVERY = "cluster/src/main/java/io/troupe/cluster/internal/delivery/";
    private static final String COORDINATOR =
            "cluster/src/main/java/io/troupe/cluster/internal/coordinator/Coordinator.java";
    private static final String RUNTIME = "cluster/src/main/java/io/troupe/cluster/internal/runtime/";
    private static final String ACTORS = "actors/src/main/java/io/troupe/actors/";

    /** Looked for in every fresh search. */
    static final List<ProductionMutant> ALIVE = List.of(
            bug(
                    "old owner does not wait until nothing runs",
                    ACTORS + "ShardGate.java",
                    "        if (busy.get() == 0) {\n            tell();\n        }\n    }\n\n    void forget",
                    "        tell();\n    }\n\n    void forget",
                    1),
            bug(
                    "old owner takes messages while it hands over",
                    RUNTIME + "Receiver.java",
                    "                case MOVING -> {\n",
                    "                case MOVING -> {\n                    accept(shard, frame, route);\n",
                    1),
            bug(
                    "release does not compare the target's session",
                    RUNTIME + "HandOff.java",
                    "List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(Compare.modRevision(entry.key(), moveId)),",
                    1),
            bug(
                    "new owner does not hand on what it was handed over",
                    RUNTIME + "HostedShard.java",
                    "        transferred.keySet().forEach(source -> channel(source, stores));\n",
                    "",
                    1),
            bug(
                    "entity puts what was discarded behind what an earlier refusal left",
                    ACTORS + "DurableCell.java",
                    "for (int i = discarded.size() - 1; i >= 0; i--) {\n            again.addFirst(",
                    "for (int i = 0; i < discarded.size(); i++) {\n            again.addLast(",
                    1),
            bug(
                    "entity takes an unknown outcome for a refusal",
                    ACTORS + "DurableCell.java",
                    "return Answer.FENCED; // unknown",
                    "return Answer.NOT_THE_SUCCESSOR; // unknown",
                    1),
            bug(
                    "entity takes a foreign fence for its own",
                    ACTORS + "DurableCell.java",
                    "if (!store.fenceHolds(cells.shard, answer)) {",
                    "if (false) {",
                    1),
            bug(
                    "host keeps the entities of a lost shard",
                    ACTORS + "EntityHost.java",
                    "shards.compareAndSet(shard.shard(), cells, null)) {\n            end(cells.stop());",
                    "shards.get(0) == null) {\n            end(cells.stop());",
                    1),
            bug(
                    "shard reads before the fence is in its view",
                    RUNTIME + "HostedShards.java",
                    ".thenCompose(result -> Wiring.hear(store, result.revision()).thenApply(revision -> result))",
                    ".thenCompose(result -> Wiring.hear(store, 0).thenApply(revision -> result))",
                    1),
            bug(
                    "receiver runs what came for an older epoch",
                    RUNTIME + "Receiver.java",
                    "|| shard.epoch() != viewEpoch || frame.epoch() != viewEpoch) {",
                    "|| shard.epoch() != viewEpoch) {",
                    2464),
            bug(
                    "receiver forgets what it held while the fence was raised",
                    RUNTIME + "Receiver.java",
                    "route != null && (frame = shard.held.poll()) != null; ) {",
                    "route != null && (frame = shard.held.poll()) != null && frame.shard() < 0; ) {",
                    1),
            bug(
                    "receiver accepts the earlier life of a sender",
                    RUNTIME + "HostedShard.java",
                    "if (other.nodeId().equals(source.nodeId()) && other.compareTo(source) > 0) {",
                    "if (other.nodeId().isEmpty()) {",
                    1),
            bug(
                    "receiver tells that a given-up message is skipped before the log has it",
                    RUNTIME + "Receiver.java",
                    "} else if (frame.durable()) {\n            skipInLog(shard, frame);",
                    "} else if (frame.sequence() < 0) {\n            skipInLog(shard, frame);",
                    1),
            bug(
                    "sender does not close its channels when the session ends",
                    RUNTIME + "Sender.java",
                    "                channel.close(now);\n",
                    "",
                    1),
            bug(
                    "sender takes an acknowledgement of an ended session",
                    DELIVERY + "SendChannel.java",
                    "current.incarnation() == incarnation && ring.contains(sequence)",
                    "ring.contains(sequence)",
                    1111),
            bug(
                    "coordinator does not compare the target's session",
                    COORDINATOR,
                    "List.of(unchanged, table.host(to.nodeId()).unchanged())",
                    "List.of(unchanged)",
                    1),
            bug(
                    "coordinator does not wait for its own proposal",
                    COORDINATOR,
                    "if (!leading || proposing) {",
                    "if (!leading) {",
                    1),
            bug(
                    "busy announcement is not repeated",
                    RUNTIME + "Membership.java",
                    "announceAgain = Wiring.wasNotProposed(failure);",
                    "announceAgain = false;",
                    909));

    private MutantsAlive() {}
}
