package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PortListenerTest {
    @Test
    void afterAFailureItIsTickedAgainIn100Milliseconds() throws IOException {
        PortListener listener = PortListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress().getHostAddress(), 0));
        try (Selector selector = Selector.open()) {
            listener.register(selector);
            long nowNs = System.nanoTime();
            assertThat(listener.waitNs(nowNs)).isEqualTo(Long.MAX_VALUE);
            listener.close(); // the next accept fails
            listener.accept(
                    new PortListener.Output() {
                        @Override
                        public boolean hasRoom() {
                            return true;
                        }

                        @Override
                        public void onAccepted(SocketChannel channel) {}

                        @Override
                        public void onTurnedAway() {}
                    },
                    "n1");
            assertThat(listener.waitNs(System.nanoTime())).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
            listener.tick(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100));
            assertThat(listener.waitNs(System.nanoTime())).isEqualTo(Long.MAX_VALUE);
        }
    }
}
