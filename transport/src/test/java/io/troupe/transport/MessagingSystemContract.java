package io.troupe.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What every {@link MessagingSystem} promises, of the nodes that {@link MessagingSystemFixture} asks for. */
@Timeout(120)
public abstract class MessagingSystemContract extends MessagingSystemFixture {
    /** A close blocks a second at most, and half of it may be for the last frames. */
    private static final long LAST_WORDS_NS = 400_000_000;

    @Test
    void framesKeepTheirOrderOnEachLane() {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        int each = 300;
        for (int i = 0; i < each; i++) {
            for (Lane lane : Lane.values()) {
                offerUntilTaken(a, b, lane, lane + " " + i);
            }
        }
        await().until(() -> b.frames.size() == 3 * each);
        for (Lane lane : Lane.values()) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                expected.add("a:7:" + lane + " " + i);
            }
            assertThat(b.frames)
                    .filteredOn(frame -> frame.contains(lane.name()))
                    .isEqualTo(expected);
            await().until(() -> a.system.link("b", lane).heldBytes() == 0);
            assertThat(a.system.link("b", lane).framesSent()).isEqualTo(each);
            assertThat(b.system.link("a", lane).framesReceived()).isEqualTo(each);
        }
        if (callsOneAtATime()) {
            assertThat(b.overlap).as("two calls of a handler at a time").isFalse();
        }
    }

    @Test
    void aHandlerThatInterruptsItsThreadGetsTheNextFrame() {
        Node a = started("a");
        Node b = started("b");
        b.also = new Ignore() {
            @Override
            public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
                Thread.currentThread().interrupt();
            }
        };
        a.dial(b);
        awaitOpen(a, b);
        for (int i = 0; i < 3; i++) {
            offerUntilTaken(a, b, Lane.ORDINARY, "frame " + i);
            int sent = i + 1;
            await().until(() -> b.frames.size() == sent);
        }
    }

    @Test
    void aLaneThatIsFullHoldsUpNoOther() {
        Node a = started("a");
        Node b = started("b");
        CountDownLatch go = b.takesNothingUntil();
        a.dial(b);
        awaitOpen(a, b);
        byte[] frame = new byte[LONGEST];
        int accepted = 0;
        while (a.offer(b, Lane.BULK, frame) == Offer.ACCEPTED) {
            accepted++;
        }
        assertThat(a.offer(b, Lane.CONTROL, frame)).isEqualTo(Offer.ACCEPTED);
        assertThat(a.offer(b, frame)).isEqualTo(Offer.ACCEPTED);
        assertThat(a.roomOn).isEmpty();
        go.countDown();
        await().until(() -> !a.roomOn.isEmpty());
        assertThat(a.roomOn).containsExactly(Lane.BULK);
        int sent = accepted + 2;
        await().until(() -> b.frames.size() == sent);
    }

    @Test
    void eachLaneSaysWhatBecomesOfIt() {
        Node a = started("a");
        Node b = started("b");
        assertThat(a.system.link("b", Lane.BULK).connected()).isFalse();
        a.dial(b);
        awaitOpen(a, b);
        assertThat(a.otherLanes).containsExactlyInAnyOrder("b OPENED CONTROL", "b OPENED BULK");
        a.system.cut("b");
        await().until(() -> a.otherLanes.size() == 6 && a.links.size() == 3);
        assertThat(a.otherLanes)
                .contains("b INTERRUPTED CONTROL", "b RESUMED CONTROL", "b INTERRUPTED BULK", "b RESUMED BULK");
        a.system.removeNode("b");
        await().until(() -> a.otherLanes.contains("b ENDED CONTROL") && a.otherLanes.contains("b ENDED BULK"));
        for (Lane lane : Lane.values()) {
            await().until(() -> a.offer(b, lane, new byte[1]) == Offer.NOT_CONNECTED);
        }
    }

    @Test
    void framesArriveWholeAndInOrderInBothDirections() {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String text = "frame " + i + " " + "x".repeat(i % 3 == 0 ? i * 97 % (LONGEST - 20) : i % 50);
            offerUntilTaken(a, b, Lane.ORDINARY, text);
            sent.add("a:7:" + text);
        }
        assertThat(b.offer(a, "")).isEqualTo(Offer.ACCEPTED);
        await().until(() -> b.frames.size() == sent.size() && a.frames.size() == 1);
        assertThat(b.frames).isEqualTo(sent);
        assertThat(a.frames).containsExactly("b:7:");
        assertThat(a.overlap).as("two calls of a handler at a time").isFalse();
        if (callsOneAtATime()) {
            assertThat(b.overlap).as("two calls of a handler at a time").isFalse();
        }
        await().until(() -> a.system.link("b").heldBytes() == 0);
        assertThat(a.system.link("b").framesSent()).isEqualTo(1000);
        assertThat(b.system.link("a").framesReceived()).isEqualTo(1000);
        assertThat(a.system.link("b").connected()).isTrue();
    }

    @Test
    void producersOnManyThreadsEachKeepTheirOrder() throws InterruptedException {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        int each = 2000;
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            int producer = p;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    while (a.offer(b, producer + "-" + i) != Offer.ACCEPTED) {
                        Thread.onSpinWait();
                    }
                }
            });
            thread.start();
            producers.add(thread);
        }
        for (Thread producer : producers) {
            producer.join();
        }
        await().until(() -> b.frames.size() == 4 * each);
        for (int p = 0; p < 4; p++) {
            String start = "a:7:" + p + "-";
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                expected.add(start + i);
            }
            assertThat(b.frames).filteredOn(frame -> frame.startsWith(start)).isEqualTo(expected);
        }
    }

    @Test
    void theBytesAreCopiedBeforeTheCallReturns() {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        MutableDirectBuffer buffer = Buffers.of("__first__".getBytes(StandardCharsets.UTF_8));
        assertThat(a.system.offer("b", 65_535, buffer, 2, 5)).isEqualTo(Offer.ACCEPTED);
        buffer.setMemory(0, buffer.capacity(), (byte) 'x');
        await().until(() -> !b.frames.isEmpty());
        assertThat(b.frames).containsExactly("a:65535:first");
    }

    @Test
    void aHandlerMayOffer() {
        Node a = started("a");
        Node b = started("b");
        b.also = new Ignore() {
            @Override
            public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
                b.system.offer(from, type + 1, buffer, offset, length);
            }
        };
        a.dial(b);
        awaitOpen(a, b);
        a.offer(b, "question");
        await().until(() -> a.frames.contains("b:8:question"));
    }

    @Test
    void anOfferSaysWhatBecomesOfIt() {
        Node a = new Node("a");
        Node b = started("b");
        assertThat(a.offer(b, "too soon")).isEqualTo(Offer.NOT_CONNECTED);
        a.system.start().join();
        assertThat(a.offer(b, "not dialled")).isEqualTo(Offer.NOT_CONNECTED);
        assertThat(a.system.link("b").connected()).isFalse();
        a.dial(b);
        awaitOpen(a, b);
        assertThat(a.offer(b, new byte[LONGEST + 1])).isEqualTo(Offer.TOO_LARGE);
        assertThat(a.offer(b, new byte[LONGEST])).isEqualTo(Offer.ACCEPTED);
        assertThatThrownBy(() -> a.system.offer("b", 0, Buffers.of(new byte[1]), 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("frame type 0 is not between 1 and 65535");
        assertThatThrownBy(() -> a.system.offer("b", 65_536, Buffers.of(new byte[1]), 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("frame type 65536 is not between 1 and 65535");
        assertThatThrownBy(() -> a.system.offer("b", 1, Buffers.of(new byte[1]), 0, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(a.offer(b, "nothing is blocked")).isEqualTo(Offer.ACCEPTED);
        await().until(() -> b.frames.contains("a:7:nothing is blocked"));
        a.system.close();
        assertThat(a.offer(b, "too late")).isEqualTo(Offer.CLOSED);
    }

    @Test
    void aNodeThatTakesNothingIsNotWaitedForAndItsSenderIsToldWhenThereIsRoom() {
        Node a = started("a");
        Node b = started("b");
        CountDownLatch go = b.takesNothingUntil();
        a.dial(b);
        awaitOpen(a, b);
        int accepted = 0;
        byte[] frame = new byte[LONGEST];
        while (a.offer(b, frame) == Offer.ACCEPTED) {
            accepted++;
        }
        assertThat(a.offer(b, frame)).isEqualTo(Offer.BACK_PRESSURED);
        assertThat(a.writable).hasValue(0);
        go.countDown();
        await().until(() -> a.writable.get() > 0);
        assertThat(a.offer(b, frame)).isEqualTo(Offer.ACCEPTED);
        int sent = accepted + 1;
        await().until(() -> b.frames.size() == sent);
    }

    @Test
    void aConnectionThatIsCutLosesNothing() {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String text = "" + i;
            offerUntilTaken(a, b, Lane.ORDINARY, text);
            sent.add("a:7:" + text);
            if (i % 100 == 50) {
                int cuts = i / 100 + 1;
                a.system.cut("b");
                await().until(() -> a.links.stream().filter("b RESUMED"::equals).count() == cuts);
            }
        }
        await().until(() -> b.frames.size() == sent.size());
        assertThat(b.frames).isEqualTo(sent);
        assertThat(a.links).startsWith("b OPENED", "b INTERRUPTED", "b RESUMED").hasSize(11);
    }

    @Test
    void aNodeThatClosesHasSaidAllItWasOfferedAndItsSessionEnds() {
        boolean inTime = false;
        while (!inTime) {
            inTime = closesInTimeAndHasSaidAll();
        }
    }

    /** False if the machine was too slow for last words, which are given little time. */
    private boolean closesInTimeAndHasSaidAll() {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        long startNs = System.nanoTime();
        a.offer(b, "last words");
        a.system.close();
        if (System.nanoTime() - startNs > LAST_WORDS_NS) {
            b.system.close();
            return false;
        }
        a.system.close();
        await().until(() -> b.links.contains("a ENDED"));
        assertThat(b.frames).containsExactly("a:7:last words");
        assertThat(b.links).containsExactly("a OPENED", "a INTERRUPTED", "a ENDED");
        assertThat(b.offer(a, "nobody is there")).isEqualTo(Offer.NOT_CONNECTED);
        assertThat(a.links).as("nothing is said while it closes").containsExactly("b OPENED");
        return true;
    }

    @Test
    void aNodeThatIsRemovedIsNotReachedUntilItIsAddedAgain() {
        Node a = started("a");
        Node b = started("b");
        a.dial(b);
        awaitOpen(a, b);
        a.system.removeNode("b");
        await().until(() -> a.links.contains("b ENDED"));
        assertThat(a.offer(b, "gone")).isEqualTo(Offer.NOT_CONNECTED);
        a.dial(b);
        await().until(() -> a.offer(b, "back") == Offer.ACCEPTED);
        await().until(() -> b.frames.contains("a:7:back"));
        assertThat(a.links).containsExactly("b OPENED", "b INTERRUPTED", "b ENDED", "b OPENED");
    }

    @Test
    void whatAHandlerThrowsCostsOneFrame() {
        Node a = started("a");
        Node b = started("b");
        b.also = new Ignore() {
            @Override
            public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
                if (length == 3) {
                    throw new IllegalStateException("a handler of a test fails");
                }
            }
        };
        a.dial(b);
        awaitOpen(a, b);
        a.offer(b, "bad");
        a.offer(b, "good");
        await().until(() -> b.frames.contains("a:7:good"));
        assertThat(b.links).containsExactly("a OPENED");
    }

    @Test
    void aSystemCanBeClosedFromItsHandler() {
        Node a = started("a");
        Node b = started("b");
        AtomicReference<Offer> after = new AtomicReference<>();
        b.also = new Ignore() {
            @Override
            public void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
                b.system.close();
                after.set(b.system.offer("a", 1, buffer, offset, length));
            }
        };
        a.dial(b);
        awaitOpen(a, b);
        a.offer(b, "close yourself");
        await().until(() -> a.links.contains("b INTERRUPTED"));
        await().untilAsserted(() -> assertThat(after).hasValue(Offer.CLOSED));
    }

    @Test
    void aSystemStartsOnce() {
        Node a = started("a");
        assertThatThrownBy(() -> a.system.start().join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node a: the messaging system was started or closed already: make a new one");
        assertThatThrownBy(() -> a.system.addNode("a", "127.0.0.1", 1))
                .isInstanceOf(TransportException.class)
                .hasMessage("node a is this node: it does not dial itself");
        Node never = new Node("never");
        assertThatThrownBy(() -> never.dial(a))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("node never: start the messaging system first");
        never.system.close();
        assertThatThrownBy(() -> never.system.start().join()).isInstanceOf(CompletionException.class);
    }
}
