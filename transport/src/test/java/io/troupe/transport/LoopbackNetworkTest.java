package io.troupe.transport;

import java.util.concurrent.CompletionException;

import io.troupe.transport.MessagingSystem.FrameHandler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoopbackNetworkTest extends MessagingSystemContract {
    private final LoopbackNetwork network = new LoopbackNetwork(1024 * 1024, LONGEST);

    @Override
    protected MessagingSystem make(String nodeId, FrameHandler handler) {
        return network.node(nodeId, handler);
    }

    @Test
    void anIdIsThatOfOneRunningNode() {
        MessagingSystem first = network.node("twin", new Ignore());
        MessagingSystem second = network.node("twin", new Ignore());
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
