package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/** Bugs in what keeps the groups of a node apart, and their voters the same. */
final class MutantsOfGroups {
    private static final String METADATA = "raft-metadata/src/main/java/io/troupe/metadata/internal/";
    private static final String FORMATION = METADATA + "formation/";
    private static final String SESSIONS = METADATA + "state/Sessions.java";
    private static final String SUBMIT = METADATA + "submit/";
    private static final String CUT_TEST = "metadata.internal.submit.ConsistentCutSimulationTest";
    private static final String RUNTIME = "cluster/src/main/java/io/troupe/cluster/internal/runtime/";
    private static final String GROUP_SESSIONS_TEST = "cluster.internal.runtime.GroupSessionsTest";
    private static final String OUTBOX_TEST = "chaos.sim.OutboxSimulationTest";
    private static final String JOIN_TEST = "metadata.internal.state.JoinTest";
    private static final String SYNC_TEST = "metadata.internal.formation.VoterSyncProtocolTest";
    private static final String CHANGE_TEST = "metadata.internal.formation.VoterChangeProtocolTest";

    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "life is told of before all groups have it",
                    RUNTIME + "Membership.java",
                    ".thenCompose(groups::join)",
                    ".thenApply(opened -> { groups.join(opened); return new GroupSessions.Joined(opened,"
                            + " java.util.Collections.nCopies(15, new GroupSessions.KeptAlive(sentNs, 0))); })",
                    GROUP_SESSIONS_TEST),
            bug(
                    "life goes on without its session in a state group",
                    RUNTIME + "GroupSessions.java",
                    "Membership.isOver(known.code())",
                    "known.getMessage() == null",
                    GROUP_SESSIONS_TEST),
            bug(
                    "node keeps its shards while its copy of their group stands still",
                    RUNTIME + "GroupSessions.java",
                    "if (nowNs - member.freshUntilNs > TimeUnit.MILLISECONDS.toNanos(ttlMillis)) {",
                    "if (nowNs - member.freshUntilNs < 0) {",
                    GROUP_SESSIONS_TEST),
            bug(
                    "copy of a state group counts as fresh for ever",
                    RUNTIME + "GroupSessions.java",
                    "return proven && freshUntilNs - nowNs > 0;",
                    "return proven;",
                    GROUP_SESSIONS_TEST),
            bug(
                    "fence of a shard is raised in the group of the cluster",
                    RUNTIME + "HostedShards.java",
                    "MetadataStore store = stores.of(shard.shard());",
                    "MetadataStore store = stores.first();",
                    OUTBOX_TEST),
            bug(
                    "effect in a state group does not compare the fence",
                    "actors/src/main/java/io/troupe/actors/EntityStore.java",
                    "        conditions.add(fence);\n",
                    "",
                    OUTBOX_TEST),
            bug(
                    "message of a group reaches another one",
                    METADATA + "node/GroupEnvelope.java",
                    "return message[2] == VERSION ? message[0] : -1;",
                    "return message[2] == VERSION ? 1 : -1;",
                    "metadata.internal.node.GroupChannelsTest"),
            bug(
                    "group removes a voter that answers",
                    FORMATION + "VoterSyncProtocol.java",
                    "if (!output.answering().contains(gone.peerId())) {",
                    "if (!gone.peerId().equals(self)) {",
                    SYNC_TEST),
            bug(
                    "group invites a directory beside its predecessor",
                    FORMATION + "VoterSyncProtocol.java",
                    "        if (gone != null) {\n",
                    "        if (gone != null && missing == null) {\n",
                    SYNC_TEST),
            bug(
                    "group proposes voters while others are proposed",
                    FORMATION + "VoterSyncProtocol.java",
                    "if (current == null || proposed) {",
                    "if (current == null) {",
                    SYNC_TEST),
            bug(
                    "change of voters is over before all groups have followed",
                    FORMATION + "VoterChangeProtocol.java",
                    "if (output.behind(group) == null) {",
                    "if (output.behind(group) != null || true) {",
                    CHANGE_TEST),
            bug(
                    "change of voters begins while a group is behind",
                    FORMATION + "VoterChangeProtocol.java",
                    "if (current == null && behind != null) {",
                    "if (current != null && behind != null) {",
                    CHANGE_TEST),
            bug(
                    "seeds with different numbers of groups form a cluster",
                    FORMATION + "FormationProtocol.java",
                    "if (other.groups() != self.groups()) {",
                    "if (other.groups() < 1) {",
                    "metadata.internal.formation.FormationProtocolTest"),
            bug(
                    "cluster starts with another number of groups",
                    FORMATION + "ClusterFile.java",
                    "if (found.groups() != config.groups()) {",
                    "if (found.groups() < 1) {",
                    "metadata.internal.formation.ClusterFileTest"),
            bug(
                    "life that has ended joins again",
                    SESSIONS,
                    "if (life.incarnation() <= last) {",
                    "if (life.incarnation() < last || (newest != null && newest.open() && life.incarnation() == last)) {",
                    JOIN_TEST),
            bug("life that is forgotten joins again", SESSIONS, "? state.joins.forgotten()", "? 0", JOIN_TEST),
            bug(
                    "earlier life joins in place of a later one",
                    SESSIONS,
                    "if (life.incarnation() <= last) {",
                    "if (life.incarnation() == last) {",
                    JOIN_TEST),
            bug(
                    "life of another directory stays open when a later one joins",
                    SESSIONS,
                    "if (newest != null && newest.open()) {",
                    "if (newest != null && newest.open() && newest.session().storageId().equals(request.storageId())) {",
                    JOIN_TEST),
            bug(
                    "local read trusts the lease of its node for every group",
                    "actors/src/main/java/io/troupe/actors/EntityStore.java",
                    "&& !cluster.isFresh(shard)) {",
                    "&& !cluster.inCluster()) {",
                    "chaos.sim.QuorumLossTest"),
            bug(
                    "backup has groups as of different moments",
                    SUBMIT + "ConsistentCut.java",
                    "if (!output.state(group).hasDataOf(first.get(group))) {",
                    "if (output.state(group).revision() < first.get(group).revision()) {",
                    "chaos.sim.BackupSimulationTest"),
            bug(
                    "settled messages are no data",
                    METADATA + "state/StateView.java",
                    "keys.isStill(earlier.keys) && channels.isStill(earlier.channels)",
                    "keys.isStill(earlier.keys)",
                    "metadata.internal.state.StateViewTest"),
            bug(
                    "nobody heeds a hold",
                    SUBMIT + "LeaderGateway.java",
                    "if (holds.stand()) {",
                    "if (holds.nextEndNs() < 0) {",
                    CUT_TEST),
            bug(
                    "hold of a node that has died stands for ever",
                    SUBMIT + "LeaderGateway.java",
                    "holds.expire(nowNs);",
                    "holds.nextEndNs();",
                    "metadata.internal.submit.LeaderGatewayTest"));

    private MutantsOfGroups() {}
}
