package io.troupe.metadata.internal.submit;

import java.util.List;

import io.troupe.metadata.MetadataView.Leader;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LeaderFinderTest {
    private final LeaderFinder finder = new LeaderFinder(List.of("n1", "n2", "n3"), "n2");

    @Test
    void aLeaderThatWasAddedAtRunTimeIsFollowedAndLeftWhenItIsSilent() {
        assertThat(finder.target()).isEqualTo("n2");
        assertThat(finder.onNotLeading("n2", new Leader("n4", 5))).isTrue();
        assertThat(finder.target()).isEqualTo("n4");
        finder.onSilence("n4");
        assertThat(finder.target()).as("a voter of the list").isIn("n1", "n2", "n3");
        assertThat(finder.onNotLeading(finder.target(), new Leader("n4", 5)))
                .as("news")
                .isFalse();
        assertThat(finder.target()).as("it may be reached by now").isEqualTo("n4");
    }

    @Test
    void anOlderLeaderIsNotFollowed() {
        assertThat(finder.onLeader(new Leader("n3", 5))).isTrue();
        assertThat(finder.onLeader(new Leader("n4", 4))).isFalse();
        assertThat(finder.target()).isEqualTo("n3");
    }

    @Test
    void silentVotersAreAskedInTurn() {
        finder.onSilence("n2");
        assertThat(finder.target()).isEqualTo("n3");
        finder.onSilence("n3");
        assertThat(finder.target()).isEqualTo("n1");
        finder.onSilence("n3");
        assertThat(finder.target()).as("another was asked meanwhile").isEqualTo("n1");
    }
}
