package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in the protocols: delivery, leases, placement, commits, submits, the state of the store. */
final class MutantsOfProtocols {
    private static final String FORMATION =
            "raft-metadata/src/main/java/io/troupe/metadata/internal/formation/FormationProtocol.java";
    private static final String RUNTIME = "cluster/src/main/java/io/troupe/cluster/internal/runtime/";
    private static final String DELIVERY = "cluster/src/main/java/io/troupe/cluster/internal/delivery/";
    private static final String MEMBERSHIP =
            "cluster/src/main/java/io/troupe/cluster/internal/membership/MembershipProtocol.java";
    private static final String COORDINATOR =
            "cluster/src/main/java/io/troupe/cluster/internal/coordinator/Coordinator.java";
    private static final String COMMITS = "actors/src/main/java/io/troupe/actors/internal/durable/EntityCommitLog.java";
    private static final String PLACEMENT = "cluster/src/main/java/io/troupe/cluster/internal/placement/";
    private static final String SUBMIT = "raft-metadata/src/main/java/io/troupe/metadata/internal/submit/";
    private static final String STATE = "raft-metadata/src/main/java/io/troupe/metadata/internal/state/";

    /** A schedule or a test kills each. */
    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "submit takes NotLeader for a refusal",
                    SUBMIT + "SubmitProtocol.java",
                    "        if (finder.onNotLeading(voter, hint)) {\n",
                    "        inFlight.removeFirst().callers.forEach(caller -> caller.onFailure(new MetadataException(Code.BUSY, \"\")));\n        if (inFlight.isEmpty()) {\n            return;\n        }\n        if (finder.onNotLeading(voter, hint)) {\n",
                    1),
            bug(
                    "grant after a move continues nothing",
                    PLACEMENT + "ShardRecord.java",
                    "return new ShardRecord(to.nodeId(), to.incarnation(), 0, epoch, moveId, null);",
                    "return new ShardRecord(to.nodeId(), to.incarnation(), 0, 0, moveId, null);",
                    32),
            bug(
                    "coordinator never calls a move off",
                    PLACEMENT + "TablePlanner.java",
                    "            if (target != null && !goes) {\n",
                    "            if (false) {\n",
                    1),
            bug(
                    "leader takes an unknown outcome for a refusal",
                    SUBMIT + "LeaderGateway.java",
                    "output.answer(asked.origin, new Message.NotLeading(asked.newest(), knownLeader));\n        } else if (waiting instanceof Ticking tick) {",
                    "output.answer(asked.origin, new Message.Answered(asked.newest(), new Outcome.SubmitRefused(Outcome.Refusal.SESSION_CLOSED, 0)));\n        } else if (waiting instanceof Ticking tick) {",
                    2),
            bug(
                    "leader gives a repeated submit a second place in the log",
                    SUBMIT + "LeaderGateway.java",
                    "Asked same = submits.get(submit(origin, propose.tag()));",
                    "Asked same = null;",
                    "metadata.internal.submit.LeaderGatewayTest"),
            bug(
                    "leader forgets the repeat of a submit that came too early",
                    SUBMIT + "LeaderGateway.java",
                    "if (repeat != null && isGap(outcome)) {",
                    "if (repeat != null && !isGap(outcome)) {",
                    "metadata.internal.submit.LeaderGatewayTest"),
            bug(
                    "node takes a slow log for a dead leader",
                    SUBMIT + "SubmitProtocol.java",
                    "silenceNs = answerTime.patienceNs();",
                    "silenceNs = SILENCE_NS;",
                    "metadata.internal.submit.SubmitProtocolTest"),
            bug(
                    "node forgets that a log was slow",
                    SUBMIT + "AnswerTime.java",
                    "Math.max(minNs, Math.min(maxNs, meanNs + 4 * deviationNs))",
                    "Math.max(minNs, Math.min(maxNs, 4 * deviationNs))",
                    "metadata.internal.submit.SubmitProtocolTest"),
            bug(
                    "leader ends sessions on waking from a pause",
                    SUBMIT + "LeaseTable.java",
                    "boolean slept = nowNs - lastTickNs > 2 * tickNs;",
                    "boolean slept = false;",
                    "metadata.internal.submit.LeaseTableTest"),
            bug(
                    "new leader counts the leases from long ago",
                    SUBMIT + "LeaseTable.java",
                    "sessions.forEach(session -> renewed(session, nowNs));",
                    "sessions.forEach(session -> renewed(session, nowNs - 300_000_000L));",
                    7),
            bug(
                    "leader ends sessions after half a lease",
                    SUBMIT + "LeaseTable.java",
                    "nowNs + leaseNs + MARGIN_NS, false);",
                    "nowNs + leaseNs / 2, false);",
                    3),
            bug(
                    "receiver runs a repeated message again",
                    DELIVERY + "ReceiveChannel.java",
                    "return ends[index(sequence)] == RUNNING ? Verdict.IN_PROGRESS : Verdict.SETTLED;",
                    "return Verdict.DELIVER;",
                    1),
            bug(
                    "receiver leaves a gap behind",
                    DELIVERY + "ReceiveChannel.java",
                    "if (sequence > nextExpected) {\n            return Verdict.GAP;",
                    "if (sequence > nextExpected) {\n            nextExpected = sequence;",
                    6),
            bug(
                    "sender sends again in a new session what went out in the old one",
                    DELIVERY + "SendChannel.java",
                    "if (message.firstEpoch() != 0 && message.guarantee() == DeliveryGuarantee.EXACTLY_ONCE) {",
                    "if (message.firstEpoch() == -1) {",
                    6),
            bug(
                    "sender does not begin again after a new route",
                    DELIVERY + "SendChannel.java",
                    "            rest();\n            rewind();\n        }\n        if (news == RouteChain.News.STARTED_ANEW)",
                    "            rest();\n        }\n        if (news == RouteChain.News.STARTED_ANEW)",
                    2),
            bug(
                    "sender stays parked after a refusal",
                    DELIVERY + "SendChannel.java",
                    "                parked = false;\n                rewind();",
                    "                rewind();",
                    1),
            bug(
                    "commit log goes on after a message that had been settled",
                    COMMITS,
                    "broken |= place.next() != null;",
                    "broken |= false;",
                    15),
            bug(
                    "commit log drops what a refusal discarded",
                    COMMITS,
                    "                }\n                discard(place);\n",
                    "                }\n",
                    75),
            bug(
                    "commit log keeps the state that was refused",
                    COMMITS,
                    "            newestState = committedState;\n        }\n        return step;",
                    "        }\n        return step;",
                    15),
            bug(
                    "commit log names the wrong predecessor",
                    COMMITS,
                    "new Place<>(message, newestId, id, next)",
                    "new Place<>(message, committedId, id, next)",
                    1),
            bug(
                    "commit ids repeat",
                    COMMITS,
                    "new CommitId(epoch, activation, ++number)",
                    "new CommitId(epoch, activation, 1)",
                    75),
            bug(
                    "coordinator takes an owner's earlier life for alive",
                    PLACEMENT + "TablePlanner.java",
                    "return host != null && host.incarnation() == incarnation;",
                    "return host != null;",
                    1),
            bug(
                    "store applies a submit after a gap",
                    STATE + "MetadataState.java",
                    "if (submit.sequence() != last + 1) {",
                    "if (submit.sequence() == last) {",
                    3),
            bug(
                    "store applies a repeated submit again",
                    STATE + "MetadataState.java",
                    "if (submit.sequence() <= last) {\n            List<TxnResult> cached = session.cached(submit.sequence());\n            return cached == null ? new SubmitRefused(Refusal.RESULT_FORGOTTEN, last) : new Submitted(cached);\n        }\n        if (submit.sequence() != last + 1) {",
                    "if (submit.sequence() > last + 1) {",
                    1),
            bug(
                    "store does not compare",
                    STATE + "Transactions.java",
                    "boolean holds = allHold(txn.compare());",
                    "boolean holds = true;",
                    12),
            bug(
                    "store forgets the settled when the floor rises",
                    STATE + "Settlements.java",
                    "moved[0] &= -1L << (raised & 63);",
                    "moved[0] &= 0;",
                    6),
            bug(
                    "store ends a session that was renewed",
                    STATE + "Sessions.java",
                    "if (newest.session().renewedAt() != renewedAt) {",
                    "if (renewedAt < 0) {",
                    18),
            bug(
                    "lease counts from a later keep-alive than the answered one",
                    MEMBERSHIP,
                    "                extend(sentNs[slot]);",
                    "                extend(lastSentNs);",
                    21),
            bug(
                    "lease is far longer than the session lives",
                    MEMBERSHIP,
                    "leaseEndNs = startNs + leaseNs - marginNs;",
                    "leaseEndNs = startNs + 100 * leaseNs;",
                    11),
            bug(
                    "receiver forgets what an earlier epoch settled",
                    DELIVERY + "ReceiveChannel.java",
                    "if (earlier.isSettled(sequence)) {\n            return Verdict.SETTLED;",
                    "if (false) {\n            return Verdict.SETTLED;",
                    "cluster.internal.delivery.ReceiveChannelTest"),
            bug(
                    "receiver never raises the floor",
                    DELIVERY + "ReceiveChannel.java",
                    "if (frameFloor <= floor) {",
                    "if (frameFloor <= floor || floor >= 1) {",
                    2),
            bug(
                    "receiver keeps a message it had no room for",
                    DELIVERY + "ReceiveChannel.java",
                    "        ends[index(sequence)] = null;\n        nextExpected = sequence;",
                    "        nextExpected = sequence + 1;",
                    "cluster.internal.delivery.ReceiveChannelTest"),
            bug(
                    "sender takes all from the first to the last of several ends for ended",
                    DELIVERY + "SendChannel.java",
                    "for (long rest = mask; rest != 0;",
                    "for (long rest = -1L >>> Long.numberOfLeadingZeros(mask); rest != 0;",
                    "cluster.internal.delivery.SendChannelTest"),
            bug(
                    "several ends are told with one of them at the wrong place",
                    DELIVERY + "DoneRun.java",
                    "mask = mask << -behind | 1;",
                    "mask = mask << -behind - 1 | 1;",
                    "cluster.internal.delivery.DoneRunTest"),
            bug(
                    "receiver tells what has ended, and forgets it",
                    RUNTIME + "Acknowledgements.java",
                    "                channel.onEnd(frame.sequence(), End.DONE);\n",
                    "",
                    5),
            bug(
                    "sender waits behind a message that the owner's node never takes",
                    DELIVERY + "SendChannel.java",
                    "        if (taken == Taken.TOO_LARGE) {\n            giveUpLong(message);\n            return true;\n        }\n",
                    "",
                    "cluster.internal.delivery.SendChannelTooLargeTest"),
            bug(
                    "sender heeds a refusal that is older than its view",
                    DELIVERY + "SendChannel.java",
                    "nackEpoch < chain.epoch() || parked",
                    "parked",
                    "cluster.internal.delivery.SendChannelTest"),
            bug(
                    "commit log goes on after it was fenced",
                    COMMITS,
                    "                lost = true;\n",
                    "",
                    "actors.internal.durable.EntityCommitLogTest"),
            bug(
                    "lease counts before its revision is applied",
                    MEMBERSHIP,
                    "if (revision <= appliedRevision) {\n            extend",
                    "if (revision >= 0) {\n            extend",
                    "cluster.internal.membership.MembershipProtocolTest"),
            bug(
                    "lease outlives the session",
                    MEMBERSHIP,
                    "leaseEndNs = leaseStartNs; // an instant in the past: whoever compares only the number sees it passed, too",
                    "",
                    "cluster.internal.membership.MembershipProtocolTest"),
            bug(
                    "coordinator does not compare the record it read",
                    COORDINATOR,
                    "Compare unchanged = Compare.modRevision(key, seen == null ? 0 : seen.modRevision());",
                    "Compare unchanged = Compare.absent(\"nobody\");",
                    1),
            bug(
                    "store settles a message twice",
                    STATE + "Settlements.java",
                    "        if (isMarked(settle.sequence())) {\n            return Reason.SETTLED;\n        }\n",
                    "",
                    2),
            bug(
                    "store settles below the floor",
                    STATE + "Settlements.java",
                    "        if (settle.sequence() < raised) {\n            return Reason.BELOW_FLOOR;\n        }\n",
                    "        if (settle.sequence() < raised) {\n            return null;\n        }\n",
                    30),
            bug(
                    "store keeps the keys of an ended session",
                    STATE + "Sessions.java",
                    "            state.delete(key, revision);\n",
                    "",
                    "metadata.internal.state.SessionsTest"),
            bug(
                    "store no longer tells what an ended session settled",
                    STATE + "Transactions.java",
                    "if (!open && reason != Reason.SETTLED) {",
                    "if (!open) {",
                    861),
            bug(
                    "drained owner that a set does not admit is fenced",
                    PLACEMENT + "TablePlanner.java",
                    "live.put(host.nodeId(), host));",
                    "{\n            if (host.admitted()) {\n                live.put(host.nodeId(), host);\n            }\n        });",
                    "cluster.internal.coordinator.CoordinatorTest"),
            bug(
                    "cluster is formed by a majority of empty voters",
                    FORMATION,
                    "!(missing().isEmpty() || vouched)",
                    "!(2 * missing().size() < self.seeds().size() || vouched)",
                    "metadata.internal.formation.FormationProtocolTest"),
            bug(
                    "store settles for a session that is not open",
                    STATE + "Transactions.java",
                    "boolean open = sender != null || settle.session().isOutbox();",
                    "boolean open = true;",
                    "metadata.internal.state.SettleTest"));

    private MutantsOfProtocols() {}
}
