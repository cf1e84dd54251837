package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in what moves messages, shards and entities on a node. */
final class MutantsOfNodes {
    private static final String HANDOFF =
            "cluster/src/main/java/io/troupe/cluster/internal/handoff/";
    private static final String RUNTIME =
            "cluster/src/main/java/io/troupe/cluster/internal/runtime/";
    private static final String ACTORS =
            "actors/src/main/java/io/troupe/actors/";

    /** A schedule or a test kills each. */
    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "poison message stops its entity",
                    ACTORS + "DurableCell.java",
                    "if (attempt == Kind.MAX_ATTEMPTS) {\n                    return",
                    "if (attempt == Kind.MAX_ATTEMPTS) {\n                    stop();\n                    return",
                    1),
            bug(
                    "entity that finds the store busy is never woken",
                    ACTORS + "DurableCell.java",
                    "            host.wakeSoon(this);\n",
                    "",
                    1),
            bug(
                    "shard whose fence the store was too busy to raise is never run",
                    RUNTIME + "Receiver.java",
                    "                        postponed.add(() -> raiseAgain(shard, windows));\n",
                    "",
                    1),
            bug(
                    "old owner does not wait until nothing runs",
                    ACTORS + "ShardGate.java",
                    "        if (busy.get() == 0) {\n            tell();\n        }\n    }\n\n    void forget",
                    "        tell();\n    }\n\n    void forget",
                    1),
            bug(
                    "old owner starts messages while it hands over",
                    RUNTIME + "HostedShard.java",
                    "return state == State.ACTIVE && membership",
                    "return state != State.RAISING && state != State.LOST && membership",
                    1),
            bug(
                    "old owner takes messages while it hands over",
                    RUNTIME + "Receiver.java",
                    "                case MOVING -> {\n",
                    "                case MOVING -> {\n                    accept(shard, frame, route);\n",
                    1),
            bug(
                    "old owner releases before the new one has everything",
                    HANDOFF + "Departure.java",
                    "        if (missing > 0) {\n            return Step.WAIT;\n        }\n        state = State.RELEASING;",
                    "        state = State.RELEASING;",
                    1),
            bug(
                    "old owner hands over nothing",
                    RUNTIME + "HandOff.java",
                    "departure.moveId(), receiver().channels(current.shard));",
                    "departure.moveId(), List.of());",
                    1),
            bug(
                    "old owner resumes although its release is on its way",
                    HANDOFF + "Departure.java",
                    "        if (!mayBeCancelled()) {\n            return Step.WAIT;\n        }\n        state = State.OVER;",
                    "        state = State.OVER;",
                    1),
            bug("old owner never resumes", RUNTIME + "HandOff.java", "        receiver().thaw(current.shard);\n", "",
                    1),
            bug(
                    "release does not compare the record",
                    RUNTIME + "HandOff.java",
                    "List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(Compare.modRevision(node.key(), node.modRevision())),",
                    1),
            bug(
                    "release does not compare the target's session",
                    RUNTIME + "HandOff.java",
                    "List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(Compare.modRevision(entry.key(), moveId)),",
                    1),
            bug(
                    "new owner uses the transfer of an earlier move",
                    HANDOFF + "Arrivals.java",
                    "if (arrival == null || arrival.moveId != moveId || arrival.missing > 0) {",
                    "if (arrival == null || arrival.missing > 0) {",
                    1),
            bug(
                    "new owner forgets what was handed over",
                    RUNTIME + "HostedShard.java",
                    "TransferredWindow window = transferred.get(source);",
                    "TransferredWindow window = null;",
                    1),
            bug(
                    "new owner does not hand on what it was handed over",
                    RUNTIME + "HostedShard.java",
                    "        transferred.keySet().forEach(source -> channel(source, store));\n",
                    "",
                    1),
            bug(
                    "entity tells its effect before the log has it",
                    ACTORS + "DurableCell.java",
                    "        InboundMessage message = letter.message();\n",
                    "        InboundMessage message = letter.message();\n        message.end(outcome.ending, outcome.reply);\n",
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
                    "return store.fenceHolds(shard, answer) ? Answer.NOT_THE_SUCCESSOR : Answer.FENCED;",
                    "return Answer.NOT_THE_SUCCESSOR;",
                    1),
            bug(
                    "commit does not compare its predecessor",
                    ACTORS + "EntityStore.java",
                    "List.of(cluster.fenceHolds(shard), follows(key, predecessor)),",
                    "List.of(cluster.fenceHolds(shard)),",
                    1),
            bug(
                    "commit does not compare the fence",
                    ACTORS + "EntityStore.java",
                    "List.of(cluster.fenceHolds(shard), follows(key, predecessor)),",
                    "List.of(follows(key, predecessor)),",
                    1),
            bug(
                    "commit carries no settle mark",
                    ACTORS + "EntityStore.java",
                    "if (settle != null) {\n            then.add(settle);",
                    "if (settle == null) {\n            then.add(settle);",
                    1),
            bug(
                    "host keeps the entities of a lost shard",
                    ACTORS + "EntityHost.java",
                    "shards.compareAndSet(shard.shard(), cells, null)) {\n            cells.stop();",
                    "shards.get(0) == null) {\n            cells.stop();",
                    1),
            bug(
                    "host wakes nobody when the lease is renewed",
                    ACTORS + "EntityHost.java",
                    "forEach(cells -> cells.byId.values().forEach(Cell::wake));",
                    "",
                    1),
            bug(
                    "node goes on after its lease has passed",
                    RUNTIME + "Membership.java",
                    "return leaseGranted && leaseEndNs - nowNs > 0;",
                    "return leaseGranted;",
                    1),
            bug(
                    "lease counts from the answer",
                    RUNTIME + "Membership.java",
                    "protocol.onKeepAliveAnswered(token, revision);",
                    "protocol.onKeepAliveAnswered(protocol.keepAliveSent(clock.nanoTime()), revision);",
                    1),
            bug(
                    "lease that passes and is renewed between two ticks wakes nobody",
                    RUNTIME + "Membership.java",
                    "lapsed = hadLease && clock.nanoTime() - earlierEndNs >= 0;",
                    "lapsed = false;",
                    1),
            bug(
                    "node does not notice that its session ended unseen",
                    RUNTIME + "Membership.java",
                    "code == MetadataException.Code.SESSION_ENDED || code == MetadataException.Code.NO_SESSION;",
                    "code == MetadataException.Code.SESSION_ENDED;",
                    1),
            bug(
                    "shard runs before its fence is raised",
                    RUNTIME + "Receiver.java",
                    "        hosted.set(shard.shard(), shard);\n",
                    "        hosted.set(shard.shard(), shard);\n        activate(shard, Map.of());\n",
                    1),
            bug(
                    "shard reads before the fence is in its view",
                    RUNTIME + "Receiver.java",
                    ".thenCompose(result -> store.awaitRevision(result.revision()).thenApply(revision -> result))",
                    ".thenCompose(result -> store.awaitRevision(0).thenApply(revision -> result))",
                    1),
            bug(
                    "receiver runs what came for an older epoch",
                    RUNTIME + "Receiver.java",
                    "|| shard.epoch() != viewEpoch || frame.epoch() != viewEpoch) {",
                    "|| shard.epoch() != viewEpoch) {",
                    1),
            bug(
                    "receiver refuses what came before it heard of the epoch, for ever",
                    RUNTIME + "Receiver.java",
                    "        releaseEarly(shard);\n    }\n\n    private void releaseEarly",
                    "    }\n\n    private void releaseEarly",
                    1),
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
                    "node keeps its shards when its session ends",
                    RUNTIME + "ClusterRuntime.java",
                    "            receiver.loseAll();\n",
                    "",
                    1),
            bug(
                    "sender does not close its channels when the session ends",
                    RUNTIME + "Sender.java",
                    "                channel.close(now);\n",
                    "",
                    1));

    private MutantsOfNodes() {}
}
