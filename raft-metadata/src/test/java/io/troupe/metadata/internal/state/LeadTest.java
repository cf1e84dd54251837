package io.troupe.metadata.internal.state;

import io.troupe.metadata.MetadataView.Leader;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LeadTest extends StateFixture {
    @Test
    void nodeAndTermAreLearnedTogether() {
        long before = state.view().revision();
        assertThat(state.view().leader()).isNull();
        apply(2, new Command.Lead("n1"));
        assertThat(state.view().leader()).isEqualTo(new Leader("n1", 2));
        apply(2, new Command.Lead("n1"));
        assertThat(state.view().revision()).isEqualTo(before + 1);
        apply(3, new Command.Lead("n1"));
        assertThat(state.view().leader()).isEqualTo(new Leader("n1", 3));
    }

    @Test
    void aTermThatGoesBackBreaksAnInvariantLoudlyAndForGood() {
        apply(3, new Command.Lead("n2"));
        assertThatThrownBy(() -> apply(2, new Command.Lead("n1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("term 2 after one of Leader[nodeId=n2, term=3]");
        assertThatThrownBy(() -> apply(3, new Command.Lead("n2")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rebuild the state");
    }
}
