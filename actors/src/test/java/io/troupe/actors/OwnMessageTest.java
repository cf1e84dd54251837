package io.troupe.actors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.troupe.cluster.spi.OwnedShard;
import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OwnMessageTest {
    private static final OwnedShard SHARD = new OwnedShard() {
        @Override
        public int shard() {
            return 1;
        }

        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public boolean mayRun() {
            return true;
        }

        @Override
        public boolean isHeld() {
            return true;
        }
    };

    private static final OwnMessage.Promise NOBODY = new OwnMessage.Promise() {
        @Override
        public void onKept(long committedRevision) {
            // nobody is told
        }

        @Override
        public void onPostponed() {
            // nobody is told
        }
    };

    private final OwnMessage message =
            new OwnMessage(SHARD, new byte[0], "reminder/1", 7, new Op.Delete("reminder/1"), NOBODY);

    /** Else only 62 of them would travel in one submit, where thousands may be due at once. */
    @Test
    void whetherItStandsIsReadWithoutTheValue() {
        assertThat(message.look()).isEqualTo(new Op.GetRevision("reminder/1"));
        assertThat(message.look().readCost()).isEqualTo(1);
    }

    @Test
    void itStandsUntilItsKeyIsGoneOrWrittenAnew() {
        assertThat(message.standsIn(reads(entry(7)))).isTrue();
        assertThat(message.standsIn(reads(entry(8)))).isFalse();
        assertThat(message.standsIn(reads(null))).isFalse();
    }

    private static KeyValue entry(long revision) {
        return new KeyValue("reminder/1", new byte[0], 5, revision, 1, null);
    }

    /** What a refused commit has read: the fence, and what was looked at. */
    private static List<@Nullable KeyValue> reads(@Nullable KeyValue looked) {
        return new ArrayList<>(Arrays.asList(entry(1), looked));
    }
}
