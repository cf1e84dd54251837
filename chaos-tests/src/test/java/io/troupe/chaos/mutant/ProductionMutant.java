package io.troupe.chaos.mutant;

import java.util.List;

/**
 * A bug planted in a class of the product, and the seed of a schedule that shows it.
 *
 * @param name   what the bug does
 * @param mutant the change of the source
 * @param seed   recorded; the search for a new one begins at 1
 */
record ProductionMutant(String name, SourceMutant mutant, long seed) {
    private static final String DELIVERY = "cluster/src/main/java/io/troupe/cluster/internal/delivery/";
    private static final String MEMBERSHIP =
            "cluster/src/main/java/io/troupe/cluster/internal/membership/MembershipProtocol.java";
    private static final String COORDINATOR =
            "cluster/src/main/java/io/troupe/cluster/internal/coordinator/Coordinator.java";
    private static final String COMMITS = "actors/src/main/java/io/troupe/actors/internal/durable/EntityCommitLog.java";
    private static final String PLACEMENT = "cluster/src/main/java/io/troupe/cluster/internal/placement/";
    private static final String HANDOFF = "cluster/src/main/java/io/troupe/cluster/internal/handoff/";
    private static final String RUNTIME = "cluster/src/main/java/io/troupe/cluster/internal/runtime/";
    private static final String ACTORS = "actors/src/main/java/io/troupe/actors/";
    private static final String SUBMIT = "raft-metadata/src/main/java/io/troupe/metadata/internal/submit/";
    private static final String STATE = "raft-metadata/src/main/java/io/troupe/metadata/internal/state/";

    /** The simulation kills these. */
    static final List<ProductionMutant> KILLED = List.of(
            of(
                    "poison message stops its entity",
                    ACTORS + "DurableCell.java",
                    "if (attempt == Kind.MAX_ATTEMPTS) {\n                    return",
                    "if (attempt == Kind.MAX_ATTEMPTS) {\n                    stop();\n                    return",
                    1),
            of(
                    "entity that finds the store busy is never woken",
                    ACTORS + "DurableCell.java",
                    "            host.wakeSoon(this);\n",
                    "",
                    1),
            of(
                    "shard whose fence the store was too busy to raise is never run",
                    RUNTIME + "Receiver.java",
                    "                        postponed.add(() -> raiseAgain(shard, windows));\n",
                    "",
                    1),
            of(
                    "submit takes NotLeader for a refusal",
                    SUBMIT + "SubmitProtocol.java",
                    "        if (finder.onNotLeading(voter, hint)) {\n",
                    "        inFlight.removeFirst().callers.forEach(caller -> caller.onFailure(new MetadataException(Code.BUSY, \"\")));\n        if (inFlight.isEmpty()) {\n            return;\n        }\n        if (finder.onNotLeading(voter, hint)) {\n",
                    1),
            of(
                    "old owner does not wait until nothing runs",
                    ACTORS + "ShardGate.java",
                    "        if (busy.get() == 0) {\n            tell();\n        }\n    }\n\n    void forget",
                    "        tell();\n    }\n\n    void forget",
                    1),
            of(
                    "old owner starts messages while it hands over",
                    RUNTIME + "HostedShard.java",
                    "return state == State.ACTIVE && membership",
                    "return state != State.RAISING && state != State.LOST && membership",
                    1),
            of(
                    "old owner takes messages while it hands over",
                    RUNTIME + "Receiver.java",
                    "                case MOVING -> {\n",
                    "                case MOVING -> {\n                    accept(shard, frame, route);\n",
                    1),
            of(
                    "old owner releases before the new one has everything",
                    HANDOFF + "Departure.java",
                    "        if (missing > 0) {\n            return Step.WAIT;\n        }\n        state = State.RELEASING;",
                    "        state = State.RELEASING;",
                    1),
            of(
                    "old owner hands over nothing",
                    RUNTIME + "HandOff.java",
                    "departure.moveId(), receiver().channels(current.shard));",
                    "departure.moveId(), List.of());",
                    1),
            of(
                    "old owner resumes although its release is on its way",
                    HANDOFF + "Departure.java",
                    "        if (!mayBeCancelled()) {\n            return Step.WAIT;\n        }\n        state = State.OVER;",
                    "        state = State.OVER;",
                    1),
            of("old owner never resumes", RUNTIME + "HandOff.java", "        receiver().thaw(current.shard);\n", "", 1),
            of(
                    "release does not compare the record",
                    RUNTIME + "HandOff.java",
                    "List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(Compare.modRevision(node.key(), node.modRevision())),",
                    1),
            of(
                    "release does not compare the target's session",
                    RUNTIME + "HandOff.java",
                    "List.of(Compare.modRevision(entry.key(), moveId), Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(Compare.modRevision(entry.key(), moveId)),",
                    1),
            of(
                    "new owner uses the transfer of an earlier move",
                    HANDOFF + "Arrivals.java",
                    "if (arrival == null || arrival.moveId != moveId || arrival.missing > 0) {",
                    "if (arrival == null || arrival.missing > 0) {",
                    1),
            of(
                    "new owner forgets what was handed over",
                    RUNTIME + "HostedShard.java",
                    "TransferredWindow window = transferred.get(source);",
                    "TransferredWindow window = null;",
                    1),
            of(
                    "new owner does not hand on what it was handed over",
                    RUNTIME + "HostedShard.java",
                    "        transferred.keySet().forEach(source -> channel(source, store));\n",
                    "",
                    1),
            of(
                    "grant after a move continues nothing",
                    PLACEMENT + "ShardRecord.java",
                    "return new ShardRecord(to.nodeId(), to.incarnation(), 0, epoch, moveId, null);",
                    "return new ShardRecord(to.nodeId(), to.incarnation(), 0, 0, moveId, null);",
                    1),
            of(
                    "coordinator never calls a move off",
                    PLACEMENT + "TablePlanner.java",
                    "                changes.add(new Stay(shard));\n",
                    "",
                    1),
            of(
                    "entity tells its effect before the log has it",
                    ACTORS + "DurableCell.java",
                    "        InboundMessage message = letter.message();\n",
                    "        InboundMessage message = letter.message();\n        message.end(outcome.ending, outcome.reply);\n",
                    1),
            of(
                    "entity puts what was discarded behind what an earlier refusal left",
                    ACTORS + "DurableCell.java",
                    "for (int i = discarded.size() - 1; i >= 0; i--) {\n            again.addFirst(",
                    "for (int i = 0; i < discarded.size(); i++) {\n            again.addLast(",
                    1),
            of(
                    "entity takes an unknown outcome for a refusal",
                    ACTORS + "DurableCell.java",
                    "return Answer.FENCED; // unknown",
                    "return Answer.NOT_THE_SUCCESSOR; // unknown",
                    1),
            of(
                    "entity takes a foreign fence for its own",
                    ACTORS + "DurableCell.java",
                    "return store.fenceHolds(shard, answer) ? Answer.NOT_THE_SUCCESSOR : Answer.FENCED;",
                    "return Answer.NOT_THE_SUCCESSOR;",
                    1),
            of(
                    "commit does not compare its predecessor",
                    ACTORS + "EntityStore.java",
                    "List.of(cluster.fenceHolds(shard), follows(key, predecessor)),",
                    "List.of(cluster.fenceHolds(shard)),",
                    1),
            of(
                    "commit does not compare the fence",
                    ACTORS + "EntityStore.java",
                    "List.of(cluster.fenceHolds(shard), follows(key, predecessor)),",
                    "List.of(follows(key, predecessor)),",
                    1),
            of(
                    "commit carries no settle mark",
                    ACTORS + "EntityStore.java",
                    "if (settle != null) {\n            then.add(settle);",
                    "if (settle == null) {\n            then.add(settle);",
                    1),
            of(
                    "host keeps the entities of a lost shard",
                    ACTORS + "EntityHost.java",
                    "shards.compareAndSet(shard.shard(), cells, null)) {\n            cells.stop();",
                    "shards.get(0) == null) {\n            cells.stop();",
                    1),
            of(
                    "host wakes nobody when the lease is renewed",
                    ACTORS + "EntityHost.java",
                    "forEach(cells -> cells.byId.values().forEach(Cell::wake));",
                    "",
                    1),
            of(
                    "node goes on after its lease has passed",
                    RUNTIME + "Membership.java",
                    "return leaseGranted && leaseEndNs - nowNs > 0;",
                    "return leaseGranted;",
                    1),
            of(
                    "lease counts from the answer",
                    RUNTIME + "Membership.java",
                    "protocol.onKeepAliveAnswered(token, revision);",
                    "protocol.onKeepAliveAnswered(protocol.keepAliveSent(clock.nanoTime()), revision);",
                    1),
            of(
                    "lease that passes and is renewed between two ticks wakes nobody",
                    RUNTIME + "Membership.java",
                    "lapsed = hadLease && clock.nanoTime() - earlierEndNs >= 0;",
                    "lapsed = false;",
                    1),
            of(
                    "node does not notice that its session ended unseen",
                    RUNTIME + "Membership.java",
                    "code == MetadataException.Code.SESSION_ENDED || code == MetadataException.Code.NO_SESSION;",
                    "code == MetadataException.Code.SESSION_ENDED;",
                    1),
            of(
                    "shard runs before its fence is raised",
                    RUNTIME + "Receiver.java",
                    "        hosted.set(shard.shard(), shard);\n",
                    "        hosted.set(shard.shard(), shard);\n        activate(shard, Map.of());\n",
                    1),
            of(
                    "shard reads before the fence is in its view",
                    RUNTIME + "Receiver.java",
                    ".thenCompose(result -> store.awaitRevision(result.revision()).thenApply(revision -> result))",
                    ".thenCompose(result -> store.awaitRevision(0).thenApply(revision -> result))",
                    1),
            of(
                    "receiver runs what came for an older epoch",
                    RUNTIME + "Receiver.java",
                    "|| shard.epoch() != viewEpoch || frame.epoch() != viewEpoch) {",
                    "|| shard.epoch() != viewEpoch) {",
                    1),
            of(
                    "receiver refuses what came before it heard of the epoch, for ever",
                    RUNTIME + "Receiver.java",
                    "        releaseEarly(shard);\n    }\n\n    private void releaseEarly",
                    "    }\n\n    private void releaseEarly",
                    1),
            of(
                    "receiver forgets what it held while the fence was raised",
                    RUNTIME + "Receiver.java",
                    "route != null && (frame = shard.held.poll()) != null; ) {",
                    "route != null && (frame = shard.held.poll()) != null && frame.shard() < 0; ) {",
                    1),
            of(
                    "receiver accepts the earlier life of a sender",
                    RUNTIME + "HostedShard.java",
                    "if (other.nodeId().equals(source.nodeId()) && other.compareTo(source) > 0) {",
                    "if (other.nodeId().isEmpty()) {",
                    1),
            of(
                    "receiver tells that a given-up message is skipped before the log has it",
                    RUNTIME + "Receiver.java",
                    "} else if (frame.durable()) {\n            skipInLog(shard, frame);",
                    "} else if (frame.sequence() < 0) {\n            skipInLog(shard, frame);",
                    1),
            of(
                    "node keeps its shards when its session ends",
                    RUNTIME + "ClusterRuntime.java",
                    "            receiver.loseAll();\n",
                    "",
                    1),
            of(
                    "sender does not close its channels when the session ends",
                    RUNTIME + "Sender.java",
                    "                channel.close(now);\n",
                    "",
                    1),
            of(
                    "leader takes an unknown outcome for a refusal",
                    SUBMIT + "LeaderGateway.java",
                    "output.answer(asked.origin, new Message.NotLeading(asked.tag, knownLeader));\n        } else if (waiting instanceof Ticking tick) {",
                    "output.answer(asked.origin, new Message.Answered(asked.tag, new Outcome.SubmitRefused(Outcome.Refusal.SESSION_CLOSED, 0)));\n        } else if (waiting instanceof Ticking tick) {",
                    1),
            of(
                    "leader ends sessions on waking from a pause",
                    SUBMIT + "LeaseTable.java",
                    "boolean slept = nowNs - lastTickNs > 2 * tickNs;",
                    "boolean slept = false;",
                    1),
            of(
                    "new leader counts the leases from long ago",
                    SUBMIT + "LeaseTable.java",
                    "sessions.forEach(session -> renewed(session, nowNs));",
                    "sessions.forEach(session -> renewed(session, nowNs - 300_000_000L));",
                    1),
            of(
                    "leader ends sessions after half a lease",
                    SUBMIT + "LeaseTable.java",
                    "nowNs + leaseNs + MARGIN_NS, false);",
                    "nowNs + leaseNs / 2, false);",
                    1),
            of(
                    "receiver runs a repeated message again",
                    DELIVERY + "ReceiveChannel.java",
                    "return ends[index(sequence)] == RUNNING ? Verdict.IN_PROGRESS : Verdict.SETTLED;",
                    "return Verdict.DELIVER;",
                    1),
            of(
                    "receiver leaves a gap behind",
                    DELIVERY + "ReceiveChannel.java",
                    "if (sequence > nextExpected) {\n            return Verdict.GAP;",
                    "if (sequence > nextExpected) {\n            nextExpected = sequence;",
                    2),
            of(
                    "sender takes an acknowledgement of an ended session",
                    DELIVERY + "SendChannel.java",
                    "current.incarnation() != incarnation || !ring.contains(sequence)",
                    "!ring.contains(sequence)",
                    110),
            of(
                    "sender sends again in a new session what went out in the old one",
                    DELIVERY + "SendChannel.java",
                    "if (message.firstEpoch() != 0 && message.guarantee() == DeliveryGuarantee.EXACTLY_ONCE) {",
                    "if (message.firstEpoch() == -1) {",
                    22),
            of(
                    "sender does not begin again after a new route",
                    DELIVERY + "SendChannel.java",
                    "            rest();\n            rewind();\n        }\n        if (news == RouteChain.News.STARTED_ANEW)",
                    "            rest();\n        }\n        if (news == RouteChain.News.STARTED_ANEW)",
                    3),
            of(
                    "sender stays parked after a refusal",
                    DELIVERY + "SendChannel.java",
                    "                parked = false;\n                rewind();",
                    "                rewind();",
                    5),
            of(
                    "commit log goes on after a message that had been settled",
                    COMMITS,
                    "broken |= place.next() != null;",
                    "broken |= false;",
                    6),
            of(
                    "commit log drops what a refusal discarded",
                    COMMITS,
                    "                discarded.add(place.message());\n",
                    "",
                    6),
            of(
                    "commit log keeps the state that was refused",
                    COMMITS,
                    "            newestState = committedState;\n        }\n        return step;",
                    "        }\n        return step;",
                    6),
            of(
                    "commit log names the wrong predecessor",
                    COMMITS,
                    "new Place<>(message, newestId, id, next)",
                    "new Place<>(message, committedId, id, next)",
                    1),
            of(
                    "commit ids repeat",
                    COMMITS,
                    "new CommitId(epoch, activation, ++number)",
                    "new CommitId(epoch, activation, 1)",
                    63),
            of(
                    "coordinator takes an owner's earlier life for alive",
                    PLACEMENT + "TablePlanner.java",
                    "return host != null && host.incarnation() == incarnation;",
                    "return host != null;",
                    3),
            of(
                    "store applies a submit after a gap",
                    STATE + "MetadataState.java",
                    "if (submit.sequence() != last + 1) {",
                    "if (submit.sequence() == last) {",
                    22),
            of(
                    "store applies a repeated submit again",
                    STATE + "MetadataState.java",
                    "if (submit.sequence() <= last) {\n            List<TxnResult> cached = session.cached(submit.sequence());\n            return cached == null ? new SubmitRefused(Refusal.RESULT_FORGOTTEN, last) : new Submitted(cached);\n        }\n        if (submit.sequence() != last + 1) {",
                    "if (submit.sequence() > last + 1) {",
                    2),
            of(
                    "store does not compare",
                    STATE + "Transactions.java",
                    "boolean holds = allHold(txn.compare());",
                    "boolean holds = true;",
                    6),
            of(
                    "store forgets the settled when the floor rises",
                    STATE + "Settlements.java",
                    "moved[0] &= -1L << (raised & 63);",
                    "moved[0] &= 0;",
                    195),
            of(
                    "store ends a session that was renewed",
                    STATE + "Sessions.java",
                    "if (newest.session().renewedAt() != renewedAt) {",
                    "if (renewedAt < 0) {",
                    136),
            of(
                    "lease counts from a later keep-alive than the answered one",
                    MEMBERSHIP,
                    "                extend(sentNs[slot]);",
                    "                extend(lastSentNs);",
                    188),
            of(
                    "lease is far longer than the session lives",
                    MEMBERSHIP,
                    "leaseEndNs = startNs + leaseNs - marginNs;",
                    "leaseEndNs = startNs + 100 * leaseNs;",
                    1));

    /**
     * The simulation has not killed these so far: another layer makes up for the bug, or the schedules are too gentle. They
     * are what to improve it by; {@code docs/testing.md} says how.
     */
    static final List<ProductionMutant> ALIVE = List.of(
            of(
                    "receiver forgets what an earlier epoch settled",
                    DELIVERY + "ReceiveChannel.java",
                    "if (earlier.isSettled(sequence)) {\n            return Verdict.SETTLED;",
                    "if (false) {\n            return Verdict.SETTLED;",
                    1),
            of(
                    "receiver never raises the floor",
                    DELIVERY + "ReceiveChannel.java",
                    "if (frameFloor <= floor) {",
                    "if (frameFloor <= floor || floor >= 1) {",
                    1),
            of(
                    "receiver keeps a message it had no room for",
                    DELIVERY + "ReceiveChannel.java",
                    "        ends[index(sequence)] = null;\n        nextExpected = sequence;",
                    "        nextExpected = sequence + 1;",
                    1),
            of(
                    "sender heeds a refusal that is older than its view",
                    DELIVERY + "SendChannel.java",
                    "nackEpoch < chain.epoch() || parked",
                    "parked",
                    1),
            of("commit log goes on after it was fenced", COMMITS, "                lost = true;\n", "", 1),
            of(
                    "lease counts before its revision is applied",
                    MEMBERSHIP,
                    "if (revision <= appliedRevision) {\n            extend",
                    "if (revision >= 0) {\n            extend",
                    1),
            of(
                    "lease outlives the session",
                    MEMBERSHIP,
                    "leaseEndNs = leaseStartNs; // an instant in the past: whoever compares only the number sees it passed, too",
                    "",
                    1),
            of(
                    "coordinator does not compare the record it read",
                    COORDINATOR,
                    "Compare unchanged = Compare.modRevision(key, seen == null ? 0 : seen.modRevision());",
                    "Compare unchanged = Compare.absent(\"nobody\");",
                    1),
            of(
                    "coordinator does not compare the target's session",
                    COORDINATOR,
                    "List.of(unchanged, Compare.modRevision(node.key(), node.modRevision())),",
                    "List.of(unchanged),",
                    1),
            of(
                    "coordinator does not wait for its own proposal",
                    COORDINATOR,
                    "if (!leading || proposing) {",
                    "if (!leading) {",
                    1),
            of(
                    "store settles a message twice",
                    STATE + "Settlements.java",
                    "        if (isMarked(settle.sequence())) {\n            return Reason.SETTLED;\n        }\n",
                    "",
                    1),
            of(
                    "store settles below the floor",
                    STATE + "Settlements.java",
                    "        if (settle.sequence() < raised) {\n            return Reason.BELOW_FLOOR;\n        }\n",
                    "        if (settle.sequence() < raised) {\n            return null;\n        }\n",
                    1),
            of(
                    "store keeps the keys of an ended session",
                    STATE + "Sessions.java",
                    "            state.delete(key, revision);\n",
                    "",
                    1));

    private static ProductionMutant of(String name, String source, String original, String replacement, long seed) {
        return new ProductionMutant(name, SourceMutant.of(source).replace(original, replacement), seed);
    }
}
