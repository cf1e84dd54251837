package io.troupe.cluster.internal.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.LoopbackNetwork;
import io.troupe.transport.MessagingSystem;
import io.troupe.transport.MessagingSystem.FrameHandler;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

class TransportPeerChannelTest {
    /** Hands what arrives to the channel of its node. */
    private static final class Node implements FrameHandler {
        final CompletableFuture<Void> linked = new CompletableFuture<>();

        @Nullable
        TransportPeerChannel channel;

        @Override
        public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
            if (channel != null && type == TransportPeerChannel.FRAME_TYPE) {
                channel.onFrame(from, buffer, offset, length);
            }
        }

        @Override
        public void onLink(String other, Lane lane, LinkEvent event) {
            if (lane == Lane.CONTROL && event == LinkEvent.OPENED) {
                linked.complete(null);
            }
        }

        @Override
        public void onRefused(String other, String reason) {}
    }

    @Test
    void whatTheStoreSaysTakesTheLaneOnWhichNoMessageOfAUserIs() throws Exception {
        LoopbackNetwork network = new LoopbackNetwork();
        Node first = new Node();
        Node second = new Node();
        try (MessagingSystem a = network.node("a", first);
                MessagingSystem b = network.node("b", second)) {
            a.start().join();
            b.start().join();
            TransportPeerChannel fromA = new TransportPeerChannel(a);
            TransportPeerChannel atB = new TransportPeerChannel(b);
            second.channel = atB;
            CompletableFuture<String> heard = new CompletableFuture<>();
            atB.receiver((from, message) -> heard.complete(from + Arrays.toString(message)));
            assertThat(fromA.isLinked("b")).isFalse();
            assertThat(fromA.send("b", new byte[] {1})).isFalse();
            a.addNode("b", "127.0.0.1", 1);
            first.linked.get(60, SECONDS);
            assertThat(fromA.isLinked("b")).isTrue();
            assertThat(fromA.send("b", new byte[] {1, 2})).isTrue();
            assertThat(heard.get(60, SECONDS)).isEqualTo("a[1, 2]");
            assertThat(a.link("b", Lane.CONTROL).framesSent()).isEqualTo(1);
            for (Lane lane : List.of(Lane.ORDINARY, Lane.BULK)) {
                assertThat(a.link("b", lane).framesSent()).isZero();
            }
        }
    }
}
