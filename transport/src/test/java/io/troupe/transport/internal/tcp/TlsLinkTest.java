package io.troupe.transport.internal.tcp;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.X509ExtendedKeyManager;

import io.troupe.transport.ClusterSecret;
import io.troupe.transport.NodeTls;
import io.troupe.transport.Offer;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.TestAuthority.Issued;
import io.troupe.transport.TestAuthority.Wish;
import io.troupe.transport.TlsFiles;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Nodes with certificates, with those of another authority, and without, and the links between them. */
class TlsLinkTest extends TlsFixture {
    static final TestAuthority OTHER = new TestAuthority("another authority");

    @Test
    void nodesWithCertificatesAreLinkedAndAgainAfterABreak() {
        TestNode one = trusted("one");
        TestNode other = trusted("other");
        one.dial(other);
        other.dial(one);
        one.awaitLink("other");
        other.awaitLink("one");
        assertTalking(one, other, "hello");
        one.system.cut("other");
        await().until(() -> one.links.size() >= 3 && one.system.link("other").connected());
        await().until(() -> other.system.link("one").connected());
        assertTalking(other, one, "again");
        assertThat(one.system.counters().tlsFailures()).isZero();
        assertThat(other.system.counters().tlsFailures()).isZero();
        assertThat(one.refusals).isEmpty();
    }

    @Test
    void certificatesAndASecretAreBothAskedFor() {
        byte[] secret = new byte[ClusterSecret.MIN_LENGTH];
        TestNode node = keep(TestNode.start(
                "node",
                config ->
                        config.bind("127.0.0.1", 0).tls(tls(AUTHORITY, "node")).secret(ClusterSecret.of(secret))));
        TestNode both = keep(TestNode.start(
                "both",
                config ->
                        config.bind("127.0.0.1", 0).tls(tls(AUTHORITY, "both")).secret(ClusterSecret.of(secret))));
        TestNode without = trusted("without");
        both.dial(node);
        without.dial(node);
        both.awaitLink("node");
        assertTalking(both, node, "hello");
        await().until(() -> !without.refusals.isEmpty());
        assertThat(without.refusals.get(0))
                .isEqualTo("node: node node has a cluster secret and node without has none: give every node the same");
    }

    /** Long frames take many records, and short ones share a record: all arrive, in order. */
    @Test
    void framesOfEveryLengthArriveWholeAndInOrder() {
        TestNode one = trusted("one");
        TestNode other = trusted("other");
        List<Integer> lengths = new ArrayList<>();
        other.onFrame = new TestNode.Ignore() {
            @Override
            public void onFrame(String nodeId, int type, DirectBuffer buffer, int offset, int length) {
                for (int i = 0; i < length; i += 997) {
                    assertThat(buffer.getByte(offset + i)).isEqualTo((byte) (length + i));
                }
                lengths.add(length);
            }
        };
        one.dial(other);
        one.awaitLink("other");
        List<Integer> sent = new ArrayList<>();
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[512 * 1024]);
        for (int i = 0; i < 700; i++) {
            int length = i % 100 == 99 ? 512 * 1024 - i : i % 7 == 0 ? 16_400 + i : i;
            for (int at = 0; at < length; at += 997) {
                bytes.putByte(at, (byte) (length + at));
            }
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> one.system.offer("other", 7, bytes, 0, length) == Offer.ACCEPTED);
            sent.add(length);
        }
        await().until(() -> other.frameCount.get() == sent.size());
        assertThat(other.system.counters().handlerFailures()).isZero();
        assertThat(lengths).isEqualTo(sent);
    }

    @Test
    void aNodeWithoutTlsAndANodeWithTlsAreNotLinkedWhoeverDials() {
        TestNode secured = trusted("secured");
        TestNode plain = listening("plain", null);
        plain.dial(secured);
        await().until(() -> secured.system.counters().tlsFailures() > 0
                && plain.system.counters().protocolErrors() > 0);
        plain.system.removeNode("secured");
        long before = secured.system.counters().tlsFailures();
        secured.dial(plain);
        await().until(() -> secured.system.counters().tlsFailures() > before + 1);
        assertThat(secured.links).isEmpty();
        assertThat(plain.links).isEmpty();
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefusedOnBothEnds() {
        TestNode node = trusted("node");
        TestNode stranger = listening("stranger", tls(OTHER, "stranger"));
        stranger.dial(node);
        await().until(() -> stranger.system.counters().tlsFailures() > 0
                && node.system.counters().tlsFailures() > 0);
        assertThat(node.links).isEmpty();
        assertThat(stranger.links).isEmpty();
        assertThat(stranger.refusals)
                .as("a stranger must not end the start of a node")
                .isEmpty();
    }

    @Test
    void aRotationOfAuthorityAndCertificatesUnderTrafficLosesNoLinkThatIsUp() {
        Map<String, NodeTls> used = Map.of("one", tls(AUTHORITY, "one"), "other", tls(AUTHORITY, "other"));
        TestNode one = listening("one", used.get("one"));
        TestNode other = listening("other", used.get("other"));
        other.onFrame = new TestNode.Ignore() {}; // counts only
        one.dial(other);
        one.awaitLink("other");
        int sent = talkUntilUsed(used, AUTHORITY, one, other, AUTHORITY.certificate(), OTHER.certificate());
        sent += talkUntilUsed(used, OTHER, one, other, OTHER.certificate());
        assertThat(one.links).containsExactly("other OPENED");
        one.system.cut("other");
        await().until(() -> one.links.equals(List.of("other OPENED", "other INTERRUPTED", "other RESUMED")));
        await().until(() -> one.offer("other", "with the new certificates") == Offer.ACCEPTED);
        int all = sent + 1;
        await().until(() -> other.frameCount.get() == all);
        TlsFiles files = TestAuthority.write(
                directory.resolve("late"),
                AUTHORITY.issue("late", Wish.of("troupe://test/late")),
                AUTHORITY.certificate(),
                OTHER.certificate());
        TestNode late = listening("late", NodeTls.open(files, "test", "late"));
        late.dial(other);
        await().until(() -> other.system.counters().tlsFailures() > 0);
        assertThat(late.links).isEmpty();
    }

    /** Gives both new files, sends until both use them, and answers how much. */
    private int talkUntilUsed(
            Map<String, NodeTls> used, TestAuthority issuer, TestNode one, TestNode other, X509Certificate... trusted) {
        Map<String, X509Certificate> young = new HashMap<>();
        used.forEach((id, tls) -> {
            Issued issued = issuer.issue(id, Wish.of("troupe://test/" + id));
            TestAuthority.write(directory.resolve(id), issued, trusted);
            young.put(id, issued.certificate());
        });
        int before = other.frameCount.get();
        int sent = 0;
        long endNs = System.nanoTime() + TestNode.PATIENCE.toNanos();
        while (!used.entrySet().stream().allMatch(node -> shown(node.getValue()).equals(young.get(node.getKey())))) {
            assertThat(System.nanoTime() - endNs).isNegative();
            if (one.offer("other", "x") == Offer.ACCEPTED) {
                sent++;
            }
        }
        int all = before + sent;
        await().until(() -> other.frameCount.get() == all);
        return sent;
    }

    private static X509Certificate shown(NodeTls tls) {
        X509ExtendedKeyManager keys = tls.keyManager();
        return keys.getCertificateChain(keys.chooseEngineServerAlias("EC", null, null))[0];
    }

    @Test
    void noThreadAndNoLinkIsLeftWhenNodesClose() {
        boolean inTime = false;
        while (!inTime) {
            inTime = closesInTimeAndLeavesNothing();
        }
    }

    private boolean closesInTimeAndLeavesNothing() {
        TestNode one = trusted("closing");
        TestNode other = trusted("remaining");
        one.dial(other);
        other.awaitLink("closing");
        await().until(() -> one.offer("remaining", "last words") == Offer.ACCEPTED);
        boolean inTime = one.closeInTime();
        if (inTime) {
            await().until(() -> other.links.contains("closing ENDED"));
            assertThat(other.frames).contains("closing:7:last words");
        }
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("troupe-closing-")));
        other.close();
        return inTime;
    }
}
