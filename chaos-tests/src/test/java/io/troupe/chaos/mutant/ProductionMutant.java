package io.troupe.chaos.mutant;

import java.util.List;

/**
 * A bug planted in a production core, and the seed of a schedule that shows it.
 *
 * @param name   what the bug does
 * @param mutant the change of the source
 * @param seed   recorded; the search for a new one begins at 1
 */
record CoreMutant(String name, SourceMutant mutant, long seed) {
    private static final String DELIVERY = "cluster/src/main/java/io/troupe/cluster/internal/delivery/";
    private static final String MEMBERSHIP =
            "cluster/src/main/java/io/troupe/cluster/internal/membership/MembershipProtocol.java";
    private static final String COORDINATOR =
            "cluster/src/main/java/io/troupe/cluster/internal/coordinator/Coordinator.java";
    private static final String COMMITS = "actors/src/main/java/io/troupe/actors/internal/durable/EntityCommitLog.java";
    private static final String STATE = "raft-metadata/src/main/java/io/troupe/metadata/internal/state/";

    /** The simulation kills these. */
    static final List<CoreMutant> KILLED = List.of(
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
                    COORDINATOR,
                    "owner != null && owner.session().incarnation() == shardRecord.incarnation()",
                    "owner != null",
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
    static final List<CoreMutant> ALIVE = List.of(
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
                    "Compare.modRevision(key, seen == null ? 0 : seen.modRevision()),",
                    "",
                    1),
            of(
                    "coordinator does not compare the target's session",
                    COORDINATOR,
                    "Compare.modRevision(key, seen == null ? 0 : seen.modRevision()),\n                        Compare.modRevision(ClusterKeys.node(owner.nodeId()), target.announcedAt())),",
                    "Compare.modRevision(key, seen == null ? 0 : seen.modRevision())),",
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

    private static CoreMutant of(String name, String source, String original, String replacement, long seed) {
        return new CoreMutant(name, SourceMutant.of(source).replace(original, replacement), seed);
    }
}
