package io.troupe.metadata.internal.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.Identity.Group;
import io.troupe.metadata.internal.formation.Identity.Member;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The leader n1 of a group of three changes its voters; Raft does what the test says. */
class VoterChangeProtocolTest {
    private static final long LIMIT = 10_000_000_000L;
    private static final List<Voter> SEEDS = List.of(voter("n1"), voter("n2"), voter("n3"));

    private final List<String> said = new ArrayList<>();
    private final Set<String> answering = new TreeSet<>(Set.of("n1@1", "n2@1", "n3@1"));
    private long now = 1;
    private @Nullable String behind;
    private long version = 10;
    private final FormationProtocol formation = new FormationProtocol(
            identity("n1", "1", new Group("c", List.of(member("n1@1"), member("n2@1"), member("n3@1")), version)),
            false,
            now,
            new Silent());
    private final VoterChangeProtocol changes = new VoterChangeProtocol(formation, new Raft());

    private static Voter voter(String nodeId) {
        return new Voter(nodeId, "h" + nodeId.charAt(1), 7800);
    }

    private static Member member(String peer) {
        return new Member(voter(peer.substring(0, 2)), peer.substring(3));
    }

    private static Identity identity(String nodeId, String storageId, @Nullable Group group) {
        return new Identity("shop", nodeId, storageId, SEEDS, group);
    }

    private Group group() {
        return Objects.requireNonNull(formation.self().group());
    }

    /** Another node says who it is: with the group of this leader, or without any. */
    private void heard(String peer, boolean knowsGroup) {
        formation.onTold(identity(peer.substring(0, 2), peer.substring(3), knowsGroup ? group() : null), now);
        changes.flush(now);
    }

    private void committed(String... peers) {
        List<Member> members =
                List.of(peers).stream().map(VoterChangeProtocolTest::member).toList();
        formation.onCommitted(new Group("c", members, ++version), now);
        changes.flush(now);
    }

    private void pass(long ns) {
        now += ns;
        changes.flush(now);
    }

    private List<String> said() {
        List<String> copy = List.copyOf(said);
        said.clear();
        return copy;
    }

    private @Nullable MetadataException add(String nodeId) {
        return changes.add(voter(nodeId), now, LIMIT);
    }

    @Test
    void aNodeIsProposedOnceItHasTakenOverTheGroupAndDoneOnceItSaysThatItIsAVoter() {
        assertThat(add("n4")).isNull();
        assertThat(said()).isEmpty();
        heard("n4@7", false);
        assertThat(said()).as("its Raft server does not run").isEmpty();
        heard("n4@7", true);
        assertThat(said()).containsExactly("propose [n1@1, n2@1, n3@1, n4@7]");
        pass(1_000);
        assertThat(said()).as("one proposal at a time").isEmpty();
        committed("n1@1", "n2@1", "n3@1", "n4@7");
        assertThat(said()).as("it has not said that it runs").isEmpty();
        heard("n4@7", true);
        assertThat(said()).containsExactly("done");
        assertThat(changes.nextWakeNs(now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aLostDirectoryIsRemovedBeforeTheNewOneIsProposed() {
        assertThat(add("n3")).isNull();
        heard("n3@2", false);
        assertThat(said()).as("the old one still answers").isEmpty();
        answering.remove("n3@1");
        pass(1_000);
        assertThat(said()).containsExactly("propose [n1@1, n2@1]");
        committed("n1@1", "n2@1");
        assertThat(said()).isEmpty();
        heard("n3@2", true);
        assertThat(said()).containsExactly("propose [n1@1, n2@1, n3@2]");
        committed("n1@1", "n2@1", "n3@2");
        heard("n3@2", true);
        assertThat(said()).containsExactly("done");
    }

    /** It spoke once a second as long as it lived: the leader cannot know yet that it does not any more. */
    @Test
    void theReplacementOfAVoterThatIsNotMissedYetWaitsForItsSilence() {
        heard("n3@1", true);
        pass(1_000);
        assertThat(add("n3")).isNull();
        heard("n3@1", true);
        assertThat(said()).as("said before the question, heard after it").isEmpty();
        pass(2 * FormationProtocol.SILENT_NS);
        answering.remove("n3@1");
        heard("n3@2", false);
        assertThat(said()).containsExactly("propose [n1@1, n2@1]");
    }

    @Test
    void aVoterThatGoesOnSpeakingIsAVoterAlready() {
        heard("n3@1", true);
        assertThat(add("n3")).isNull();
        pass(VoterChangeProtocol.ON_ITS_WAY_NS);
        heard("n3@1", true);
        assertThat(said()).isEmpty();
        pass(1);
        heard("n3@1", true);
        assertThat(said()).containsExactly("BAD_CONFIG node n3 is a voter already, as n3@1");
    }

    @Test
    void whoIsNotSilentInTimeIsNamedWithWhatToDo() {
        assertThat(changes.add(voter("n3"), now, 1_000)).isNull();
        pass(999);
        heard("n3@1", true);
        assertThat(said()).isEmpty();
        pass(1);
        assertThat(said())
                .containsExactly(
                        "FAILED node n3 was not added in time, its voter n3@1 was heard of until lately, and has"
                                + " to be silent before another directory takes its place: if it is lost, ask again with a limit of"
                                + " some seconds");
    }

    @Test
    void aVoterOfWhichAGroupIsDeadCountsForNothing() {
        FormationProtocol damaged = new FormationProtocol(identity("n2", "1", group()), false, now, new Silent() {
            @Override
            public void tell(String nodeId, Identity self) {
                if (nodeId.equals("n1")) {
                    formation.onTold(self, now);
                }
            }
        });
        assertThat(changes.remove("n3", now, LIMIT)).isNull();
        assertThat(said()).containsExactly("propose [n1@1, n2@1]");
        changes.onRefused("so that it can be asked again");
        said();
        damaged.onGroupDead(now);
        assertThat(changes.remove("n3", now, LIMIT))
                .isNotNull()
                .hasMessageContaining("[n2@1] do not answer, or not with all groups: that is no majority");
        assertThat(changes.remove("n2", now, LIMIT))
                .as("the damaged one may go")
                .isNull();
        assertThat(said()).containsExactly("propose [n1@1, n3@1]");
    }

    @Test
    void aLostDirectoryIsKeptWhileTheOthersAreNoMajorityOfThemselves() {
        answering.retainAll(Set.of("n1@1"));
        assertThat(add("n3")).isNull();
        heard("n3@2", false);
        assertThat(said())
                .containsExactly("UNSAFE without node n3 there would be 2 voters, of which [n2@1] do not answer,"
                        + " or not with all groups: that is no majority; start them, or remove them first");
    }

    @Test
    void aDirectoryThatWasRemovedIsNotAddedAgain() {
        Group before = group();
        assertThat(changes.remove("n3", now, LIMIT)).isNull();
        committed("n1@1", "n2@1");
        assertThat(said()).containsExactly("propose [n1@1, n2@1]", "done");
        assertThat(add("n3")).isNull();
        formation.onTold(identity("n3", "1", before), now); // It does not know yet.
        changes.flush(now);
        assertThat(said()).isEmpty();
        now += LIMIT - 1;
        formation.onTold(identity("n3", "1", before), now);
        pass(1);
        assertThat(said()).singleElement().asString().contains("its directory is that of a voter that was removed");
    }

    @Test
    void aRemovalIsDoneWhenItIsAppliedHere() {
        assertThat(changes.remove("n2", now, LIMIT)).isNull();
        assertThat(said()).containsExactly("propose [n1@1, n3@1]");
        committed("n1@1", "n3@1");
        assertThat(said()).containsExactly("done");
    }

    @Test
    void whatRaftRefusesIsToldAndOver() {
        changes.remove("n2", now, LIMIT);
        said();
        changes.onRefused("another change");
        assertThat(said()).singleElement().asString().startsWith("FAILED").contains("another change");
        assertThat(changes.remove("n2", now, LIMIT)).isNull();
    }

    @Test
    void aLeaderThatLosesItsPlaceDoesNotKnowTheOutcome() {
        changes.remove("n2", now, LIMIT);
        said();
        changes.onNotLeading();
        assertThat(said())
                .singleElement()
                .asString()
                .contains("n1 no longer leads")
                .contains("the new leader");
        changes.onNotLeading();
        assertThat(said()).isEmpty();
    }

    @Test
    void whatIsNotDecidedInTimeIsTakenBack() {
        add("n4");
        heard("n4@7", true);
        said();
        pass(LIMIT - 1);
        assertThat(said()).isEmpty();
        pass(1);
        assertThat(said()).first().isEqualTo("abandon");
        assertThat(said()).isEmpty();
    }

    @Test
    void whoDoesNotComeInTimeIsNamedWithTheReason() {
        add("n4");
        pass(LIMIT);
        assertThat(said()).singleElement().asString().contains("node n4 was not added in time, it is not heard of");

        add("n3");
        now += LIMIT;
        heard("n3@2", false);
        assertThat(said())
                .singleElement()
                .asString()
                .contains("its directory has the storage id 2, but a voter with 1 still answers");

        add("n4");
        now += LIMIT;
        heard("n4@7", false);
        assertThat(said()).singleElement().asString().contains("it has not taken over the group");

        add("n4");
        heard("n4@7", true);
        committed("n1@1", "n2@1", "n3@1", "n4@7");
        said();
        now += LIMIT;
        formation.onTold(identity("n4", "7", null), now);
        changes.flush(now);
        assertThat(said()).singleElement().asString().contains("it is a voter now, but does not say that it runs");
    }

    @Test
    void aChangeIsOverAndTheNextBeginsOnlyWhenAllGroupsHaveFollowed() {
        assertThat(changes.remove("n3", now, LIMIT)).isNull();
        behind = "group 2 has the voters [n1@1, n2@1, n3@1]";
        assertThat(said()).containsExactly("propose [n1@1, n2@1]");
        committed("n1@1", "n2@1");
        assertThat(said()).as("another group has it still").isEmpty();
        behind = null;
        pass(VoterChangeProtocol.LOOK_NS);
        assertThat(said()).containsExactly("done");

        behind = "group 2 has the voters [n1@1, n2@1, n3@1]";
        MetadataException refused = Objects.requireNonNull(add("n4"));
        assertThat(refused.code()).isEqualTo(Code.BUSY);
        assertThat(refused).hasMessageContaining("an earlier change is not done: group 2 has the voters");
        behind = null;
        assertThat(add("n4")).isNull();
        heard("n4@7", true);
        said.clear();
        behind = "group 1 has the voters [n1@1, n2@1]";
        committed("n1@1", "n2@1", "n4@7");
        heard("n4@7", true);
        assertThat(said()).isEmpty();
        pass(LIMIT);
        assertThat(said())
                .singleElement()
                .asString()
                .contains(
                        "was not added in time, the first group has done it, and the others follow: group 1 has the voters");
    }

    private final class Raft implements VoterChangeProtocol.Output {
        @Override
        public void propose(List<Member> current, List<Member> wanted) {
            assertThat(current).isEqualTo(group().members());
            said.add("propose " + new Group("c", wanted, 0).peerIds());
        }

        @Override
        public @Nullable String behind(Group group) {
            return behind;
        }

        @Override
        public Set<String> answering() {
            return answering;
        }

        @Override
        public void abandon() {
            said.add("abandon");
        }

        @Override
        public void onOver(@Nullable MetadataException failure) {
            Code code = failure == null ? null : failure.code();
            said.add(code == null ? "done" : code + " " + (failure == null ? "" : failure.getMessage()));
        }
    }

    /** What the formation says is not looked at here. */
    private static class Silent implements FormationProtocol.Output {
        @Override
        public void tell(String nodeId, Identity self) {}

        @Override
        public String newClusterId() {
            throw new IllegalStateException("the group exists");
        }

        @Override
        public void onFormed(Identity formed) {}

        @Override
        public void onChanged(Identity changed) {}

        @Override
        public void onRemoved(Identity removed) {}

        @Override
        public void onFailed(MetadataException failure) {}

        @Override
        public void onStranger(String problem) {}
    }
}
