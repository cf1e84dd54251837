package io.troupe.transport;

import java.util.concurrent.CompletionException;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoopbackNetworkTest extends MessagingSystemContract {
    private final LoopbackNetwork network = new LoopbackNetwork(1024 * 1024, LONGEST);

    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return network.node(nodeId, handler);
    }

    private static final class Nobody implements FrameHandler {
        @Override
        public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {}

        @Override
        public void onLink(String nodeId, LinkEvent event) {}

        @Override
        public void onRefused(String nodeId, String reason) {}
    }

    @Test
    void anIdIsThatOfOneRunningNode() {
        MessagingSystem first = network.node("twin", new Nobody());
        MessagingSystem second = network.node("twin", new Nobody());
        first.start().join();
        assertThatThrownBy(() -> second.start().join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("a node twin runs on this network: close it first, or choose another id");
        first.close();
        second.start().join();
        second.close();
    }

    @Test
    void aFrameMayBeHalfOfWhatMayBeUnderWay() {
        assertThatThrownBy(() -> new LoopbackNetwork(1000, 501))
                .isInstanceOf(TransportException.class)
                .hasMessage("maxFrameLength (501) must be from 1 to half of capacity (500)");
        assertThatThrownBy(() -> new LoopbackNetwork(1000, 0)).isInstanceOf(TransportException.class);
    }
}
