package io.troupe.transport.internal.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import io.troupe.transport.Lane;
import io.troupe.transport.Offer;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LanesTest {
    private static final int LONG = 6 * 1024 * 1024;

    private final List<TestNode> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(TestNode::close);
    }

    private TestNode started(String id, UnaryOperator<TransportConfig.Builder> change) {
        TestNode node = TestNode.start(id, config -> change.apply(config.bind("127.0.0.1", 0)));
        open.add(node);
        return node;
    }

    private static TransportConfig.Builder withBulk(TransportConfig.Builder config) {
        return config.lanes(Lane.ORDINARY, Lane.BULK);
    }

    private static Offer offer(TestNode from, TestNode to, Lane lane, int length) {
        return from.system.offer(to.id, lane, 7, new UnsafeBuffer(new byte[length]), 0, length);
    }

    private static void awaitLane(TestNode a, TestNode b, Lane lane) {
        await().until(() -> a.system.link(b.id, lane).connected()
                && b.system.link(a.id, lane).connected());
    }

    @Test
    void aLaneThatTheDiallingEndWantsIsThereForBoth() {
        TestNode a = started("a", LanesTest::withBulk);
        TestNode b = started("b", config -> config);
        a.dial(b);
        awaitLane(a, b, Lane.BULK);
        assertThat(offer(b, a, Lane.BULK, 1)).isEqualTo(Offer.ACCEPTED);
        await().until(() -> a.frameCount.get() == 1);
    }

    @Test
    void aLaneThatTheOtherEndWantsIsDialledToo() {
        TestNode a = started("a", config -> config);
        TestNode b = started("b", LanesTest::withBulk);
        a.dial(b);
        awaitLane(a, b, Lane.BULK);
        a.system.cut("b");
        await().until(() -> a.links.stream().filter("b RESUMED"::equals).count() == 2);
        assertThat(offer(a, b, Lane.BULK, 1)).isEqualTo(Offer.ACCEPTED);
        await().until(() -> b.frameCount.get() == 1);
    }

    @Test
    void aLaneThatNobodyWantsIsNotDialled() {
        TestNode a = started("a", LanesTest::withBulk);
        TestNode b = started("b", config -> config);
        a.dial(b);
        awaitLane(a, b, Lane.BULK);
        assertThat(a.system.link("b", Lane.CONTROL).connected()).isFalse();
        assertThat(offer(a, b, Lane.CONTROL, 1)).isEqualTo(Offer.NOT_CONNECTED);
    }

    @Test
    void crossingDialsLeaveOneConnectionForEachLane() {
        TestNode a = started("a", LanesTest::withBulk);
        TestNode b = started("b", LanesTest::withBulk);
        a.dial(b);
        b.dial(a);
        for (Lane lane : List.of(Lane.ORDINARY, Lane.BULK)) {
            awaitLane(a, b, lane);
            await().until(() -> offer(a, b, lane, 1) == Offer.ACCEPTED && offer(b, a, lane, 1) == Offer.ACCEPTED);
        }
        await().until(() -> a.frameCount.get() == 2 && b.frameCount.get() == 2);
    }

    @Test
    void aFrameOnAnotherLanePassesALongOne() {
        TestNode b = started(
                "b", config -> withBulk(config).ringCapacity(16 * 1024 * 1024).maxFrameLength(LONG));
        List<Integer> lengths = new CopyOnWriteArrayList<>();
        b.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                lengths.add(length);
            }
        };
        TestNode a = TestNode.make(
                "a",
                config -> withBulk(config)
                        .ringCapacity(16 * 1024 * 1024)
                        .maxFrameLength(LONG)
                        .threadingMode(ThreadingMode.INVOKER));
        open.add(0, a);
        a.system.start().join();
        a.dial(b);
        await().until(() -> {
            a.system.invoke();
            return b.system.link("a", Lane.BULK).connected()
                    && b.system.link("a").connected()
                    && a.system.link("b", Lane.BULK).connected()
                    && a.system.link("b").connected();
        });
        // All three wait in their rings when the next cycle is made, which writes a part of the long one at most.
        assertThat(offer(a, b, Lane.BULK, LONG)).isEqualTo(Offer.ACCEPTED);
        assertThat(offer(a, b, Lane.BULK, 2)).isEqualTo(Offer.ACCEPTED);
        assertThat(offer(a, b, Lane.ORDINARY, 1)).isEqualTo(Offer.ACCEPTED);
        await().until(() -> {
            a.system.invoke();
            return b.frameCount.get() == 3;
        });
        assertThat(lengths).containsExactly(1, LONG, 2);
    }
}
