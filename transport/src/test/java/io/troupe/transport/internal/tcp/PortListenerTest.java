package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PortListenerTest {
    @Test
    void aSocketForWhichThereIsNoMemoryIsClosedAndTheNextOneIsTaken() throws IOException {
        String host = InetAddress.getLoopbackAddress().getHostAddress();
        PortListener listener = PortListener.open(new InetSocketAddress(host, 0));
        List<SocketChannel> taken = new ArrayList<>();
        PortListener.Output output = new PortListener.Output() {
            @Override
            public void makeRoom() {}

            @Override
            public void onAccepted(SocketChannel channel) {
                taken.add(channel);
                if (taken.size() == 1) {
                    throw new OutOfMemoryError("Cannot reserve 4096 bytes of direct buffer memory");
                }
            }
        };
        try (Selector selector = Selector.open();
                Socket first = new Socket(host, listener.port());
                Socket second = new Socket(host, listener.port())) {
            listener.register(selector);
            listener.accept(output, "n1");
            assertThat(taken)
                    .singleElement()
                    .satisfies(channel -> assertThat(channel.isOpen()).isFalse());
            assertThat(Closed.isClosed(first)).isTrue();
            assertThat(listener.waitNs(System.nanoTime())).isPositive();
            listener.accept(output, "n1");
            assertThat(taken)
                    .hasSize(2)
                    .last()
                    .satisfies(channel -> assertThat(channel.isOpen()).isTrue());
            assertThat(second.isConnected()).isTrue();
            taken.get(1).close();
        } finally {
            listener.close();
        }
    }

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
                        public void makeRoom() {}

                        @Override
                        public void onAccepted(SocketChannel channel) {}
                    },
                    "n1");
            assertThat(listener.waitNs(System.nanoTime())).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
            listener.tick(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100));
            assertThat(listener.waitNs(System.nanoTime())).isEqualTo(Long.MAX_VALUE);
        }
    }
}
