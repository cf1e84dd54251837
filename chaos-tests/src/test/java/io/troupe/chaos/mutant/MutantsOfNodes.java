package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in what moves messages, shards and entities on a node. */
final class MutantsOfNodes {
    private static final String HANDOFF = "cluster/src/main/java/io/troupe/cluster/internal/handoff/";
    private static final String RUNTIME = "cluster/src/main/java/io/troupe/cluster/internal/runtime/";
    private static final String LANES = "chaos.sim.LanesTest";
    private static final String ACTORS = "actors/src/main/java/io/troupe/actors/";

    /** A schedule or a test kills each. */
    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "poison message stops its entity",
                    ACTORS + "HandlerCall.java",
                    "                    return instead(letter, state, 0, \"failed \"",
                    "                    if (true) throw new IllegalStateException(failure);\n                    return instead(letter, state, 0, \"failed \"",
                    3),
            bug(
                    "entity that finds the store busy is never woken",
                    ACTORS + "DurableCell.java",
                    "        putOff = true;\n        host.wakeSoon(this);\n",
                    "        putOff = true;\n",
                    15),
            bug(
                    "shard whose fence the store was too busy to raise is never run",
                    RUNTIME + "HostedShards.java",
                    "                        postponed.add(() -> raiseAgain(shard, windows));\n",
                    "",
                    1),
            bug(
                    "receiver refuses what came before it heard of the epoch, for ever",
                    RUNTIME + "EarlyFrames.java",
                    "        if (!held.isRaised(shard)) {\n",
                    "        if (shard >= 0) {\n",
                    1),
            bug(
                    "frame overtakes those that wait for its epoch",
                    RUNTIME + "EarlyFrames.java",
                    "if (frame.epoch() <= epochs.applyAsLong(shard) && due(shard) == null) {",
                    "if (frame.epoch() <= epochs.applyAsLong(shard)) {",
                    "cluster.internal.runtime.EarlyFramesTest"),
            bug(
                    "old owner starts messages while it hands over",
                    RUNTIME + "HostedShard.java",
                    "return state == State.ACTIVE && membership",
                    "return state != State.RAISING && state != State.LOST && membership",
                    9),
            bug(
                    "old owner releases before the new one has everything",
                    HANDOFF + "Departure.java",
                    "        if (missing > 0) {\n            return Step.WAIT;\n        }\n        state = State.RELEASING;",
                    "        state = State.RELEASING;",
                    "cluster.internal.handoff.DepartureTest"),
            bug(
                    "old owner hands over nothing",
                    RUNTIME + "HandOff.java",
                    "departure.moveId(), shards().channels(current.shard));",
                    "departure.moveId(), List.of());",
                    361),
            bug(
                    "transfer of a shard waits behind messages",
                    RUNTIME + "HandOff.java",
                    "messaging.offer(nodeId, Lane.CONTROL, type,",
                    "messaging.offer(nodeId, Lane.ORDINARY, type,",
                    LANES),
            bug(
                    "messages of every set take one lane",
                    RUNTIME + "SetLanes.java",
                    "known.bulk.get(shard) ? Lane.BULK : Lane.ORDINARY;",
                    "Lane.ORDINARY;",
                    LANES),
            bug(
                    "lane of a set is asked for before the set is known, and never again",
                    RUNTIME + "SetLanes.java",
                    "if (shard >= known.end) {",
                    "if (shard > known.end) {",
                    "cluster.internal.runtime.SetLanesTest"),
            bug(
                    "node changes the lane of a set under its messages",
                    RUNTIME + "ShardSets.java",
                    "        if (wanted.lane() != present.set().lane()) {\n",
                    "        if (wanted.lane() == null) {\n",
                    LANES),
            bug(
                    "old owner resumes although its release is on its way",
                    HANDOFF + "Departure.java",
                    "        if (!mayBeCancelled()) {\n            return Step.WAIT;\n        }\n        state = State.OVER;",
                    "        state = State.OVER;",
                    "cluster.internal.handoff.DepartureTest"),
            bug("old owner never resumes", RUNTIME + "HandOff.java", "        shards().thaw(current.shard);\n", "", 1),
            bug(
                    "release does not compare the record",
                    RUNTIME + "HandOff.java",
                    "List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(Compare.modRevision(node.key(), node.modRevision())),",
                    48),
            bug(
                    "new owner uses the transfer of an earlier move",
                    HANDOFF + "Arrivals.java",
                    "if (arrival == null || arrival.moveId != moveId || arrival.missing > 0) {",
                    "if (arrival == null || arrival.missing > 0) {",
                    "cluster.internal.handoff.TransferTest"),
            bug(
                    "new owner forgets what was handed over",
                    RUNTIME + "HostedShard.java",
                    "TransferredWindow window = transferred.get(source);",
                    "TransferredWindow window = null;",
                    361),
            bug(
                    "entity tells its effect before the log has it",
                    ACTORS + "DurableCell.java",
                    "        CompletableFuture<TxnResult> commit =\n",
                    "        letter.message().end(outcome.ending(), outcome.reply());\n        CompletableFuture<TxnResult> commit =\n",
                    1),
            bug(
                    "commit does not compare its predecessor",
                    ACTORS + "EntityStore.java",
                    "        conditions.add(follows(key, predecessor));\n",
                    "",
                    2),
            bug(
                    "commit carries no settle mark",
                    ACTORS + "EntityStore.java",
                    "} else if (!message.isOneWay()) {",
                    "} else if (false) {",
                    2),
            bug(
                    "host wakes nobody when the lease is renewed",
                    ACTORS + "EntityHost.java",
                    "forEach(cells -> cells.byId.values().forEach(Cell::wake));",
                    "",
                    60),
            bug(
                    "node goes on after its lease has passed",
                    RUNTIME + "Membership.java",
                    "return leaseGranted && leaseEndNs - nowNs > 0;",
                    "return leaseGranted;",
                    11),
            bug(
                    "lease counts from the answer",
                    RUNTIME + "Membership.java",
                    "protocol.onKeepAliveAnswered(token, revision);",
                    "protocol.onKeepAliveAnswered(protocol.keepAliveSent(clock.nanoTime()), revision);",
                    21),
            bug(
                    "lease that passes and is renewed between two ticks wakes nobody",
                    RUNTIME + "Membership.java",
                    "lapsed = hadLease && clock.nanoTime() - earlierEndNs >= 0;",
                    "lapsed = false;",
                    "cluster.internal.runtime.MembershipTest"),
            bug(
                    "node does not notice that its session ended unseen",
                    RUNTIME + "Membership.java",
                    "code == MetadataException.Code.SESSION_ENDED || code == MetadataException.Code.NO_SESSION;",
                    "code == MetadataException.Code.SESSION_ENDED;",
                    354),
            bug(
                    "shard runs before its fence is raised",
                    RUNTIME + "HostedShards.java",
                    "        hosted.set(shard.shard(), shard);\n",
                    "        hosted.set(shard.shard(), shard);\n        activate(shard, Map.of());\n",
                    1),
            bug(
                    "node without a log takes what it does not follow for absent",
                    ACTORS + "EntityStore.java",
                    "return store(shard).read(EntityKeys.entity(shard.shard(), id));",
                    "String key = EntityKeys.entity(shard.shard(), id);\n        return CompletableFuture.completedFuture(store(shard).keeps(key) ? store(shard).view().get(key) : null);",
                    4),
            bug(
                    "entity is not woken when it is loaded",
                    ACTORS + "DurableCell.java",
                    "asked.whenComplete((stored, failure) -> wake());",
                    "asked;",
                    4),
            bug(
                    "resolve only looks",
                    RUNTIME + "Resolution.java",
                    "return stores.of(id.shard()).txn(Txn.of(poison)).thenApply(result -> outcome(id, result));",
                    "return CompletableFuture.completedFuture(stores.of(id.shard()).view().settled(id.session(), id.shard()).isSettled(id.sequence()) ? (SendOutcome) new SendOutcome.Committed(0) : new NotExecuted(SendOutcome.Reason.CANCELLED));",
                    5),
            bug(
                    "entity answers before what it saw is committed",
                    ACTORS + "DurableCell.java",
                    "        Object before = log.state();\n",
                    "        Object before = log.state();\n        if (outcome.next() == null) {\n            letter.message().end(outcome.ending(), outcome.reply());\n        }\n",
                    1),
            bug(
                    "node keeps its shards when its session ends",
                    RUNTIME + "ClusterRuntime.java",
                    "            shards.loseAll();\n",
                    "",
                    3188),
            bug(
                    "shard counts as moved before it is there",
                    RUNTIME + "Moves.java",
                    "one.pinned.isDone() && writes.isAt(one.shard, one.to)",
                    "one.pinned.isDone()",
                    8),
            bug(
                    "shard counts as moved by what the node knew before it was asked",
                    RUNTIME + "Moves.java",
                    "one.pinned.isDone() && writes.isAt(one.shard, one.to)",
                    "writes.isAt(one.shard, one.to)",
                    9628),
            bug(
                    "drain counts as complete by what the node knew before it was asked",
                    RUNTIME + "Drains.java",
                    "boolean marked = one.marked.isDone();",
                    "boolean marked = true;",
                    "chaos.sim.LeavingAndMovingTest"),
            bug(
                    "coordinator forgets where shards are pinned",
                    "cluster/src/main/java/io/troupe/cluster/internal/coordinator/Coordinator.java",
                    "table.pins(set));",
                    "java.util.Map.of());",
                    22),
            bug(
                    "actor that goes on without a lease takes itself for the owner",
                    ACTORS + "VolatileContext.java",
                    "return cell.home.mayRun();",
                    "return cell.home.isHeld();",
                    278),
            bug(
                    "threads of links run whatever comes in",
                    RUNTIME + "Nearby.java",
                    "if (from - nowNs > (BURST - 1) * EACH_NS) {",
                    "if (from - nowNs > Long.MAX_VALUE / 2) {",
                    "cluster.internal.runtime.NearbyTest"),
            bug(
                    "kind that blocks goes on where messages come in",
                    ACTORS + "Nearness.java",
                    "allowed = false;",
                    "tooLong = 0;",
                    "actors.NearnessTest"));

    private MutantsOfNodes() {}
}
