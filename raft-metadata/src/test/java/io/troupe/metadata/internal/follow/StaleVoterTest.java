package io.troupe.metadata.internal.follow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.troupe.metadata.WatchEvent;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A voter that is cut off from the log goes on answering its followers; they must not stay with it. */
class StaleVoterTest {
    private static final long TICK_NS = 100;

    /** Until the others are asked, have answered, and the followed voter has had its chance. */
    private static final int TICKS = FollowProtocol.STILL_TICKS + FollowProtocol.LATE_TICKS + 1;

    private final Map<String, Long> revisions = new TreeMap<>();
    private final Map<String, Long> streams = new TreeMap<>();
    private final Map<String, Long> sequences = new TreeMap<>();
    private final List<Runnable> wire = new ArrayList<>();
    private int starts;
    private int asks;
    private long now = 1;
    private FollowProtocol follower = newFollower();

    private FollowProtocol newFollower() {
        return new FollowProtocol(List.of("n1", "n2", "n3"), List.of(""), TICK_NS, 7, new Voters());
    }

    /** They answer at once, and say every tick how far they are. */
    private final class Voters implements FollowProtocol.Output {
        @Override
        public boolean send(String voter, FollowMessage message) {
            if (message instanceof FollowMessage.Start start) {
                starts++;
                streams.put(voter, start.stream());
                sequences.put(voter, 0L);
            } else if (message instanceof FollowMessage.Ask ask) {
                asks++;
                FollowMessage answer = new FollowMessage.Position(ask.stream(), revision(voter));
                wire.add(() -> follower.onMessage(voter, answer, now));
            }
            return true;
        }

        @Override
        public void onChanges(FollowedView view, List<WatchEvent> events) {}

        @Override
        public void onState(FollowedView view) {}
    }

    private long revision(String voter) {
        return revisions.getOrDefault(voter, 0L);
    }

    /** One tick: these voters come on by one revision. */
    private void tick(String... moving) {
        for (String voter : moving) {
            revisions.merge(voter, 1L, Long::sum);
        }
        streams.forEach((voter, stream) -> {
            long sequence = sequences.merge(voter, 1L, Long::sum);
            follower.onMessage(
                    voter,
                    new FollowMessage.Changed(
                            stream, sequence, revision(voter), List.of(), new FollowMessage.Status(0, null, List.of())),
                    now);
        });
        for (int part = 0; part < 4; part++) {
            now += TICK_NS / 4;
            follower.flush(now);
            List<Runnable> arriving = List.copyOf(wire);
            wire.clear();
            arriving.forEach(Runnable::run);
        }
    }

    private void ticks(int count, String... moving) {
        for (int left = count; left > 0; left--) {
            tick(moving);
        }
    }

    @Test
    void aFollowerLeavesAVoterThatStandsStillWhileOthersGoOn() {
        ticks(10, "n1", "n2", "n3");
        assertThat(follower.voter()).isEqualTo("n1");
        assertThat(starts).isEqualTo(1);
        ticks(TICKS, "n2", "n3");
        assertThat(follower.voter()).isNotEqualTo("n1");
        ticks(20, "n2", "n3");
        assertThat(starts).isEqualTo(2);
    }

    @Test
    void theOneThatIsFurthestIsChosen() {
        ticks(10, "n1", "n2", "n3");
        ticks(TICKS, "n3");
        assertThat(follower.voter()).isEqualTo("n3");
    }

    @Test
    void withoutAQuorumItStaysAndAsksNowAndThen() {
        ticks(10, "n1", "n2", "n3");
        asks = 0;
        ticks(100);
        assertThat(starts).isEqualTo(1);
        assertThat(asks).isBetween(2, 2 * 100 / FollowProtocol.STILL_TICKS);
    }

    @Test
    void whileItsVoterGoesOnNobodyIsAsked() {
        ticks(100, "n1", "n2", "n3");
        assertThat(asks).isZero();
    }

    @Test
    void aVoterThatCatchesUpInTimeIsNotLeft() {
        ticks(10, "n1", "n2", "n3");
        ticks(FollowProtocol.STILL_TICKS - 1);
        tick("n2", "n3");
        assertThat(asks).isPositive();
        tick("n1");
        ticks(20);
        assertThat(follower.voter()).isEqualTo("n1");
        assertThat(starts).isEqualTo(1);
    }

    /** Whoever is cut off, the follower is soon with one that goes on; and when none does, it comes to rest. */
    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void soonerOrLaterItFollowsAVoterThatGoesOn(@ForAll long seed) {
        Random random = new Random(seed);
        List.of(revisions, streams, sequences).forEach(Map::clear);
        wire.clear();
        follower = newFollower();
        for (int phase = 0; phase < 10; phase++) {
            String cut = "n" + (1 + random.nextInt(3));
            String[] moving = List.of("n1", "n2", "n3").stream()
                    .filter(voter -> !voter.equals(cut))
                    .toArray(String[]::new);
            long furthest =
                    revisions.values().stream().mapToLong(Long::longValue).max().orElse(0);
            for (String voter : moving) {
                revisions.put(voter, furthest); // They are a majority, and one of them has everything.
            }
            ticks(2 * TICKS + random.nextInt(5), moving);
            assertThat(follower.voter()).isNotEqualTo(cut);
            int before = starts;
            ticks(random.nextInt(40));
            assertThat(starts - before).as("starts without a quorum").isLessThanOrEqualTo(2);
        }
    }
}
