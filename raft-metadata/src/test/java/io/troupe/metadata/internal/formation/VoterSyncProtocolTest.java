package io.troupe.metadata.internal.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.internal.formation.Identity.Member;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The leader n1 of group 1 makes its voters those of the first group; Raft does what the test says. */
class VoterSyncProtocolTest implements VoterSyncProtocol.Output {
    private final List<String> said = new ArrayList<>();
    private final Set<String> answering = new TreeSet<>(Set.of("n1@1", "n2@1", "n3@1"));
    private final VoterSyncProtocol sync = new VoterSyncProtocol(1, "n1@1", this);
    private @Nullable List<Member> wanted = members("n1@1", "n2@1", "n3@1");
    private @Nullable List<Member> current = wanted;
    private long now = 1;

    private static List<Member> members(String... peers) {
        return List.of(peers).stream()
                .map(peer -> new Member(new Voter(peer.substring(0, 2), "h", 7800), peer.substring(3)))
                .toList();
    }

    private static Set<String> ids(List<Member> members) {
        Set<String> ids = new TreeSet<>();
        members.forEach(member -> ids.add(member.peerId()));
        return ids;
    }

    private List<String> look() {
        now += VoterSyncProtocol.LOOK_NS;
        said.clear();
        sync.flush(current, wanted, now);
        return List.copyOf(said);
    }

    private VoterSyncProtocolTest leading() {
        sync.onLeading(true, now);
        assertThat(look()).isEmpty();
        return this;
    }

    @Test
    void whoeverDoesNotLeadDoesNothing() {
        wanted = members("n1@1", "n2@1");
        answering.remove("n3@1");
        assertThat(look()).isEmpty();
        assertThat(sync.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
        sync.onLeading(true, now);
        assertThat(look()).containsExactly("propose [n1@1, n2@1]");
        assertThat(sync.nextWakeNs()).isEqualTo(now + VoterSyncProtocol.LOOK_NS);
    }

    @Test
    void aVoterThatWasRemovedGoesOnceItIsSilent() {
        leading();
        wanted = members("n1@1", "n2@1");
        assertThat(look()).as("it still answers: this node may only be behind").isEmpty();
        answering.remove("n3@1");
        assertThat(look()).containsExactly("propose [n1@1, n2@1]");
        assertThat(look()).as("one proposal at a time").isEmpty();
        sync.onDecided();
        assertThat(look()).as("it was refused").containsExactly("propose [n1@1, n2@1]");
        sync.onDecided();
        current = wanted;
        assertThat(look()).noneMatch(action -> action.startsWith("propose"));
    }

    @Test
    void aNewVoterIsInvitedAndProposedOnceItsServerHasTheGroup() {
        leading();
        wanted = members("n1@1", "n2@1", "n3@1", "n4@7");
        assertThat(look()).containsExactly("invite n4@7");
        assertThat(look()).as("invitations get lost").containsExactly("invite n4@7");
        sync.onJoined("n4@6");
        assertThat(look()).as("another directory").containsExactly("invite n4@7");
        sync.onJoined("n4@7");
        assertThat(look()).containsExactly("propose [n1@1, n2@1, n3@1, n4@7]");
    }

    @Test
    void aLostDirectoryIsOutBeforeTheNewOneIsInvited() {
        leading();
        wanted = members("n1@1", "n2@1", "n3@2");
        answering.remove("n3@1");
        assertThat(look()).containsExactly("propose [n1@1, n2@1]");
        sync.onDecided();
        current = null;
        assertThat(look()).as("whether it is out is not certain").isEmpty();
        current = members("n1@1", "n2@1");
        assertThat(look()).containsExactly("invite n3@2");
        sync.onJoined("n3@2");
        assertThat(look()).containsExactly("propose [n1@1, n2@1, n3@2]");
    }

    @Test
    void theNextLeaderGoesOnWhereTheLastOneStopped() {
        leading();
        wanted = members("n1@1", "n2@1", "n3@1", "n4@7");
        sync.onJoined("n4@7");
        assertThat(look()).containsExactly("propose [n1@1, n2@1, n3@1, n4@7]");
        sync.onLeading(false, now);
        assertThat(look()).isEmpty();
        sync.onLeading(true, now);
        assertThat(look()).as("what it knew is forgotten").containsExactly("invite n4@7");
    }

    @Test
    void aLeaderHandsOverToThePreferredVoterOnce() {
        leading();
        now += VoterSyncProtocol.SPREAD_NS;
        assertThat(look()).containsExactly("hand over n2@1");
        assertThat(look()).isEmpty();
        sync.onLeading(false, now);
        sync.onLeading(true, now);
        now += VoterSyncProtocol.SPREAD_NS;
        assertThat(look()).as("it does not insist").isEmpty();
    }

    /** Whatever it knew of the first group last may be wrong by now. */
    @Test
    void aLeaderThatHearsNoMoreOfTheFirstGroupHandsOverAndChangesNobody() {
        leading();
        wanted = null;
        answering.remove("n2@1");
        assertThat(look()).containsExactly("hand over n3@1");
        assertThat(look()).as("that takes its time").isEmpty();
        answering.remove("n3@1");
        now += VoterSyncProtocol.SPREAD_NS;
        assertThat(look()).as("nobody else answers").isEmpty();
        answering.add("n2@1");
        now += VoterSyncProtocol.SPREAD_NS;
        assertThat(look()).containsExactly("hand over n2@1");
    }

    @Test
    void aLeaderKeepsTheGroupIfThePreferredVoterIsSilent() {
        leading();
        answering.remove("n2@1");
        now += VoterSyncProtocol.SPREAD_NS;
        assertThat(look()).isEmpty();
    }

    /**
     * The first group replaces directories one after the other, the leader of this group changes and may know an old
     * state of the first one: nobody who lives is removed, nobody is invited beside its predecessor, and in the end
     * both have the same voters.
     */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void whateverHappensTheVotersBecomeThoseOfTheFirstGroup(@ForAll long seed) {
        Random random = new Random(seed);
        List<List<Member>> history = new ArrayList<>(List.of(wanted));
        int life = 1;
        for (int step = 0; step < 1_000; step++) {
            boolean calm = step > 300;
            List<Member> newest = history.get(history.size() - 1);
            int chance = random.nextInt(20);
            if (chance == 0 && !calm && current != null && ids(current).equals(ids(newest))) {
                Member lost = newest.get(1 + random.nextInt(2));
                answering.remove(lost.peerId());
                List<Member> without =
                        newest.stream().filter(member -> !member.equals(lost)).toList();
                List<Member> with = new ArrayList<>(without);
                with.addAll(members(lost.voter().nodeId() + "@" + ++life));
                history.add(without);
                history.add(with);
            } else if (chance == 1 && !calm) {
                sync.onLeading(random.nextBoolean(), now);
            } else if (chance == 2) {
                sync.onDecided();
            }
            sync.onLeading(sync.nextWakeNs() != Long.MAX_VALUE || calm, now);
            wanted = calm || random.nextInt(3) > 0 ? newest : history.get(Math.max(0, history.size() - 2));
            for (String action : look()) {
                play(action, random);
            }
        }
        assertThat(ids(current == null ? List.of() : current)).isEqualTo(ids(history.get(history.size() - 1)));
    }

    private void play(String action, Random random) {
        String peer = action.substring(action.indexOf(' ') + 1);
        if (action.startsWith("invite")) {
            assertThat(ids(current == null ? List.of() : current))
                    .as("beside its predecessor")
                    .noneMatch(id -> id.startsWith(peer.substring(0, 3)));
            if (ids(wanted == null ? List.of() : wanted).contains(peer) && random.nextBoolean()) {
                answering.add(peer);
                sync.onJoined(peer);
            }
        } else if (action.startsWith("propose") && random.nextBoolean()) {
            Set<String> next =
                    new TreeSet<>(List.of(peer.substring(1, peer.length() - 1).split(", ")));
            Set<String> gone = new TreeSet<>(ids(current == null ? List.of() : current));
            gone.removeAll(next);
            assertThat(gone).as("who lives is not removed").doesNotContainAnyElementsOf(answering);
            current = members(next.toArray(String[]::new));
            sync.onDecided();
        }
    }

    @Override
    public void invite(Member joiner) {
        said.add("invite " + joiner.peerId());
    }

    @Override
    public void propose(List<Member> from, List<Member> to) {
        assertThat(from).isEqualTo(current);
        assertThat(Math.abs(from.size() - to.size())).isEqualTo(1);
        said.add("propose " + ids(to));
    }

    @Override
    public Set<String> answering() {
        return answering;
    }

    @Override
    public void handOver(Member to) {
        said.add("hand over " + to.peerId());
    }
}
