package io.troupe.cluster.internal.runtime;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Frames of one epoch are looked at in the order in which they came, whoever knew of the epoch first. */
class EarlyFramesTest {
    private static final int SHARD = 70;

    private long epoch;
    private final EarlyFrames early = new EarlyFrames(100, 4, shard -> shard == SHARD ? epoch : 0);
    private final List<Long> looked = new ArrayList<>();

    private static InboundFrame frame(long number, long epoch) {
        return new InboundFrame(SHARD, null, number, 0, epoch, false, false, Long.MAX_VALUE, new byte[0]);
    }

    private void arrive(InboundFrame frame) {
        if (!early.keep(frame)) {
            looked.add(frame.sequence());
        }
    }

    @Test
    void whatComesWhileTheFirstAreLookedAtWaitsBehindThem() {
        epoch = 5;
        arrive(frame(1, 5));
        arrive(frame(2, 6));
        arrive(frame(3, 6));
        epoch = 6;
        arrive(frame(4, 6)); // the route has changed, and nobody has looked yet
        early.look(SHARD, frame -> {
            looked.add(frame.sequence());
            if (frame.sequence() == 4) {
                arrive(frame(5, 6));
            }
        });
        arrive(frame(6, 6));
        assertThat(looked).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void whatIsStillTooEarlyHoldsUpNothing() {
        epoch = 5;
        arrive(frame(1, 7));
        arrive(frame(2, 6));
        arrive(frame(3, 5));
        epoch = 6;
        early.look(SHARD, frame -> looked.add(frame.sequence()));
        arrive(frame(4, 6));
        assertThat(looked).containsExactly(3L, 2L, 4L);
        epoch = 7;
        early.look(SHARD, frame -> looked.add(frame.sequence()));
        assertThat(looked).containsExactly(3L, 2L, 4L, 1L);
    }

    @Test
    void whatHasNoRoomIsDroppedAndWhatCannotBeLookedAtHoldsUpNothing() {
        for (long number = 1; number <= 5; number++) {
            arrive(frame(number, 1));
        }
        epoch = 1;
        early.look(SHARD, frame -> {
            looked.add(frame.sequence());
            if (frame.sequence() == 1) {
                throw new IllegalStateException("cannot be looked at");
            }
        });
        assertThat(looked).containsExactly(1L, 2L, 3L, 4L);
        arrive(frame(6, 1));
        assertThat(looked).endsWith(6L);
    }
}
