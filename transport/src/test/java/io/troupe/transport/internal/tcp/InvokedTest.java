package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.troupe.transport.NodeTls;
import io.troupe.transport.Offer;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.ThreadingMode;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A node whose duty cycles are made by this test, one by one. */
class InvokedTest {
    /** In the order in which they are closed: one that nobody invokes keeps the other one waiting. */
    private final List<TestNode> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(TestNode::close);
    }

    private TestNode invoked() {
        TestNode node = TestNode.make("a", config -> config.bind("127.0.0.1", 0).threadingMode(ThreadingMode.INVOKER));
        open.add(node);
        node.system.start().join();
        return node;
    }

    private TestNode threaded() {
        TestNode node = TestNode.listening("b");
        open.add(node);
        return node;
    }

    private static void link(TestNode a, TestNode b) {
        a.dial(b);
        await().until(() -> {
            a.system.invoke();
            return a.system.link("b").connected() && b.system.link("a").connected();
        });
    }

    @Test
    void nothingHappensBetweenTheCycles() {
        TestNode a = invoked();
        TestNode b = threaded();
        assertThat(LoopbackTest.agentThreads("a")).isEmpty();
        link(a, b);
        await().until(() -> a.system.invoke() == 0);
        b.offer("a", "question");
        await().until(() -> b.system.link("a").framesSent() == 1);
        assertThat(a.offer("b", "answer")).isEqualTo(Offer.ACCEPTED);
        assertThat(a.frames).isEmpty();
        assertThat(a.system.link("b").queuedBytes()).isPositive();
        await().until(() -> {
            a.system.invoke();
            return a.frames.contains("b:7:question") && b.frames.contains("a:7:answer");
        });
    }

    @Test
    void oneThreadAtATimeInvokesAndNotFromAHandler() {
        TestNode a = invoked();
        TestNode b = threaded();
        AtomicReference<Throwable> within = new AtomicReference<>();
        a.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                try {
                    a.system.invoke();
                } catch (IllegalStateException refused) {
                    within.set(refused);
                }
            }
        };
        link(a, b);
        b.offer("a", "once more");
        await().until(() -> {
            a.system.invoke();
            return within.get() != null;
        });
        assertThat(within.get())
                .hasMessage("invoke is running already: call it from one thread, and not from a handler");
        assertThat(a.system.link("b").connected()).isTrue();
    }

    @Test
    void whoIsNotInvokedOrNotStartedIsToldSo() {
        TestNode b = threaded();
        assertThatThrownBy(b.system::invoke)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node b: the messaging system has threads of its own: build its configuration with"
                        + " threadingMode(INVOKER)");
        TestNode a = TestNode.make("a", config -> config.threadingMode(ThreadingMode.INVOKER));
        assertThatThrownBy(a.system::invoke)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node a: start the messaging system first");
    }

    @Test
    void closeMakesTheLastCyclesItself() {
        TestNode a = invoked();
        TestNode b = threaded();
        int port = a.system.port();
        link(a, b);
        a.offer("b", "last words");
        boolean inTime = a.closeInTime();
        await().until(() -> {
            a.close(); // Again, if it had no time.
            return isFree(port);
        });
        assertThat(a.system.invoke()).isZero();
        assertThat(a.offer("b", "x")).isEqualTo(Offer.CLOSED);
        if (inTime) {
            await().until(() -> b.links.contains("a ENDED"));
            assertThat(b.frames).containsExactly("a:7:last words");
        }
    }

    @Test
    void closeFromAHandlerIsEndedByFurtherCycles() {
        TestNode a = invoked();
        TestNode b = threaded();
        a.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                a.system.close();
            }
        };
        int port = a.system.port();
        link(a, b);
        b.offer("a", "stop");
        await().until(() -> {
            a.system.invoke();
            return b.links.contains("a ENDED");
        });
        await().until(() -> {
            a.system.invoke();
            return isFree(port);
        });
    }

    @Test
    void closeClosesWhatTheOtherEndKeepsOpen() throws IOException {
        TestNode a = invoked();
        try (Socket other = new Socket(InetAddress.getLoopbackAddress(), a.system.port())) {
            other.getOutputStream().write(StrangerHello.of("other", "a"));
            await().until(() -> {
                a.system.invoke();
                return a.system.link("other").connected();
            });
            a.close();
            await().until(() -> {
                a.close(); // Again, if it had no time.
                return isBroken(other);
            });
        }
    }

    private static boolean isBroken(Socket socket) {
        try {
            socket.getOutputStream().write(0);
            return false;
        } catch (IOException broken) {
            return true;
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException held) {
            return false;
        }
    }

    @Test
    void whatTlsDoesElsewhereComesBackToTheCycles(@TempDir Path directory) {
        TestAuthority authority = new TestAuthority("the authority");
        TestNode.giveAll((id, config) ->
                config.tls(NodeTls.open(authority.files(directory.resolve(id), "test", id), "test", id)));
        try {
            TestNode a = invoked();
            TestNode b = threaded();
            link(a, b);
            assertThat(a.system.counters().tlsFailures()).isZero();
        } finally {
            TestNode.giveAllNothing();
        }
    }

    @Test
    void anInterruptedHostKeepsItsLinksAndItsInterrupt() {
        TestNode a = invoked();
        TestNode b = threaded();
        link(a, b);
        Thread.currentThread().interrupt();
        a.offer("b", "hello");
        for (int i = 0; i < 10; i++) {
            a.system.invoke();
        }
        assertThat(Thread.interrupted()).isTrue();
        await().until(() -> b.frames.contains("a:7:hello"));
        assertThat(a.links).containsExactly("b OPENED");
    }
}
