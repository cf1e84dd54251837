package io.troupe.cluster.internal.listing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.ActorQuery;
import io.troupe.cluster.internal.delivery.FrameException;
import io.troupe.cluster.spi.ActorRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ListingFramesTest {
    @Test
    void whatIsWrittenIsRead() {
        Listing.Ask ask = new Listing.Ask(7, new ActorRange("k", 3, "k", "ä/\n", 500));
        assertThat(ListingFrames.decodeAsk(ListingFrames.encode(ask))).isEqualTo(ask);
        Listing.Part part = new Listing.Part(
                7,
                true,
                List.of(
                        new ActorInfo("k", "a", "n2", 3, 9, 2, false),
                        new ActorInfo("k", "ü", "n2", 4, Long.MAX_VALUE, 0, true)));
        assertThat(ListingFrames.decodePart(ListingFrames.encode(part), "n2")).isEqualTo(part);
    }

    @Test
    void aPartEndsWhereItsFrameIsFullAndSaysSo() {
        List<ActorInfo> many = new ArrayList<>();
        for (int i = 0; i < ActorQuery.MAX_LIMIT; i++) {
            many.add(new ActorInfo("k", "x".repeat(900) + (1000 + i), "n2", 3, 9, 2, false));
        }
        byte[] encoded = ListingFrames.encode(new Listing.Part(7, false, many));
        assertThat(encoded.length)
                .isLessThanOrEqualTo(ListingFrames.MAX_PART_LENGTH)
                .isGreaterThan(ListingFrames.MAX_PART_LENGTH - 1000);
        Listing.Part part = ListingFrames.decodePart(encoded, "n2");
        assertThat(part.more()).isTrue();
        assertThat(part.actors())
                .isNotEmpty()
                .isEqualTo(many.subList(0, part.actors().size()));
    }

    @Test
    void whatCannotBeIsRefused() {
        byte[] ask = ListingFrames.encode(new Listing.Ask(7, new ActorRange("k", 3, "k", "a", 500)));
        refuses(
                () -> ListingFrames.decodeAsk(
                        ByteBuffer.wrap(ask.clone()).putShort(8, (short) 501).array()),
                "ASK for 501 actors from shard 3 cannot be");
        refuses(
                () -> ListingFrames.decodeAsk(
                        ByteBuffer.wrap(ask.clone()).putInt(10, -1).array()),
                "ASK for 500 actors from shard -1 cannot be");
        refuses(
                () -> ListingFrames.decodeAsk(
                        ByteBuffer.wrap(ask.clone()).putShort(14, (short) 99).array()),
                "a name claims 99 bytes where 7 are left");
        refuses(() -> ListingFrames.decodeAsk(new byte[13]), "ASK of 13 bytes ends too early");
        byte[] part = ListingFrames.encode(new Listing.Part(7, false, List.of()));
        refuses(
                () -> ListingFrames.decodePart(ByteBuffer.allocate(12).put(part).array(), "n2"),
                "PART has 1 bytes too many");
        refuses(
                () -> ListingFrames.decodePart(
                        ByteBuffer.wrap(part).putShort(9, (short) 501).array(), "n2"),
                "PART of 501 actors cannot be");
        refuses(() -> ListingFrames.decodePart(new byte[3], "n2"), "PART of 3 bytes ends too early");
    }

    private static void refuses(Runnable decoding, String message) {
        assertThatThrownBy(decoding::run).isInstanceOf(FrameException.class).hasMessage(message);
    }
}
